import type { JobState } from '../../contracts/job';
import type { Boundary, ProcessAtBoundaries, Thrown, Way } from './boundary';
import type { System } from './system';
import type { Videos } from './videos';

/** What must be left in the end. */
export interface Ending {
  readonly state: JobState;
  /** Mails to the listener, all with one Message-ID. */
  readonly mails: 0 | 1 | '1 or 2';
  readonly deadLetters: 0 | 1;
  /** MP3 files after the sweep. */
  readonly mp3s: 0 | 1;
}

export const ready: Ending = { state: 'ready', mails: 1, deadLetters: 0, mp3s: 1 };
export const refused: Ending = { state: 'failed', mails: 1, deadLetters: 0, mp3s: 0 };
export const givenUp: Ending = { state: 'dead', mails: 0, deadLetters: 1, mp3s: 0 };

/** One boundary, how a job is brought to it, and what must come of it. */
export interface BoundaryCase {
  readonly boundary: Boundary;
  readonly video?: 'sound' | 'silent';
  /** Where it must fail before, so that it comes by here at all. */
  readonly before?: { readonly boundary: Boundary; readonly throws: Thrown };
  /** What the next thing throws there when it throws what the product knows. */
  readonly exception: Thrown;
  readonly ending: Ending;
  /** Where one way ends otherwise. */
  readonly endings?: Partial<Record<Way, Ending>>;
}

/** The cases of one process, which stands at all of its boundaries at once, with a job at each. */
export interface Scenario {
  readonly role: ProcessAtBoundaries;
  /** Its build with boundaries, below the checkout. */
  readonly entry: string;
  /** Processes that run as they are. */
  readonly others: readonly ProcessAtBoundaries[];
  readonly cases: readonly BoundaryCase[];
  /** Settings of every process, besides the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Whether the job's copy, where it has one, has been through the process that still lives: what
   * happens then must not hit it by chance in the middle of something else.
   */
  copyIsDone?(system: System, key: string, one: BoundaryCase): Promise<boolean>;
  /** Its jobs are there before the process starts: it looks around once and stands still. */
  readonly looksOnce?: boolean;
  /**
   * Brings a job on its way; resolves when whoever began it has an answer.
   *
   * @param key The listener's name, and the job's id where it can be chosen.
   * @param started What the process under test said when it started, its ports among it.
   */
  begin(
    system: System,
    key: string,
    one: BoundaryCase,
    videos: Videos,
    started: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

export const addressOf = (key: string): string => `${key}@example.com`;

export function endingOf(one: BoundaryCase, way: Way): Ending {
  return one.endings?.[way] ?? one.ending;
}
