import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal';

/** How far something is, for whoever watches. */
export interface Progress {
  show(value: number, total: number): void;
  /** A line of its own. */
  note(line: string): void;
  end(): void;
}

/** A bar on a terminal, a line now and then elsewhere, nothing with `silent`. */
export function progressOn(
  { stderr, environment }: Terminal,
  title: string,
  silent: boolean,
): Progress {
  if (silent) return { show: () => undefined, note: () => undefined, end: () => undefined };
  // TERM=dumb has no cursor to move.
  return stderr.isTTY === true && environment['TERM'] !== 'dumb'
    ? bar(stderr, title)
    : lines(stderr, title);
}

function bar(stream: NodeJS.WritableStream, title: string): Progress {
  const shown = new SingleBar({
    stream,
    format: `${title} [{bar}] {value}/{total}, {eta_formatted} to go`,
    barsize: 30,
    clearOnComplete: true,
    // Ours to decide: the order goes on.
    gracefulExit: false,
  });
  let at: readonly [value: number, total: number] | undefined;
  return {
    show: (value, total) => {
      if (at === undefined) shown.start(total, value);
      else if (at[0] !== value) shown.update(value);
      at = [value, total];
    },
    note: (line) => {
      if (at !== undefined) shown.stop();
      stream.write(`${line}\n`);
      if (at !== undefined) shown.start(at[1], at[0]);
    },
    end: () => {
      if (at !== undefined) shown.stop();
    },
  };
}

const lineEveryMs = 2_000;

function lines(stream: NodeJS.WritableStream, title: string): Progress {
  let last = { value: 0, atMs: performance.now() };
  const note = (line: string) => {
    stream.write(`${line}\n`);
  };
  return {
    show: (value, total) => {
      const nowMs = performance.now();
      if (value === last.value || (value < total && nowMs - last.atMs < lineEveryMs)) return;
      note(`${title}: ${value} of ${total}`);
      last = { value, atMs: nowMs };
    },
    note,
    end: () => undefined,
  };
}
