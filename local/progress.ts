import { Presets, SingleBar } from 'cli-progress';

/** How far one stage is. On a terminal a bar; elsewhere a line now and then. */
export interface StageProgress {
  /** @param note what is being done right now */
  update(percent: number, note: string): void;
  end(note: string): void;
  /** Leaves things as they are, for an error's text to come below. */
  abandon(): void;
}

export function startStage(name: string, out: NodeJS.WriteStream): StageProgress {
  return out.isTTY ? bar(name, out) : lines(name, out);
}

function bar(name: string, out: NodeJS.WriteStream): StageProgress {
  const progress = new SingleBar(
    {
      format: `  ${name.padEnd(9)}{bar} {percentage} %  {note}`,
      stream: out,
      barsize: 30,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  progress.start(100, 0, { note: '' });
  return {
    update(percent, note) {
      progress.update(percent, { note });
    },
    end(note) {
      progress.update(100, { note });
      progress.stop();
    },
    abandon() {
      progress.stop();
    },
  };
}

/** Lines at every quarter and whenever the note changes: readable in a log. */
function lines(name: string, out: NodeJS.WriteStream): StageProgress {
  let last = '';
  const write = (percent: number, note: string): void => {
    out.write(`  ${name.padEnd(9)}${String(Math.floor(percent)).padStart(3)} %  ${note}\n`);
  };
  return {
    update(percent, note) {
      const key = `${Math.floor(percent / 25)} ${note}`;
      if (key === last) return;
      last = key;
      write(percent, note);
    },
    end(note) {
      write(100, note);
    },
    abandon() {
      last = '';
    },
  };
}
