import { startStage, type StageProgress } from '../progress';

export type StageName = 'start' | 'chaos' | 'settle' | 'judge';

/** Tells a person how far a run is. */
export interface Stages {
  /** Ends the stage before. */
  begin(name: StageName, note: string): void;
  update(percent: number, note: string): void;
  end(): void;
}

export const silentStages: Stages = {
  begin: () => undefined,
  update: () => undefined,
  end: () => undefined,
};

/** A bar for each stage on a terminal, lines elsewhere. */
export function shownStages(out: NodeJS.WriteStream): Stages {
  let current: StageProgress | undefined;
  const end = () => {
    current?.end('done');
    current = undefined;
  };
  return {
    begin(name, note) {
      end();
      current = startStage(name, out);
      current.update(0, note);
    },
    update(percent, note) {
      current?.update(percent, note);
    },
    end,
  };
}
