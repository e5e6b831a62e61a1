import type { Binary } from 'mongodb';
import type { DeadReason } from '../contracts/headers';
import type { StepName } from '../contracts/job';
import type { WorkQueue } from '../contracts/topology';

/**
 * The words.
 * dead letter  a message that somebody stopped trying, on file until it has come to a good end
 * death        one time it was given up; a letter that was replayed may die again
 * order        an operator's wish about some letters; the relay carries it out
 * plan         what an order comes to for one letter
 * outcome      what became of a letter's last replay
 */

export const letterStates = ['open', 'parked', 'replaying', 'replayed', 'discarded'] as const;
/**
 * `open` waits for an operator · `parked` put aside by one · `replaying` chosen by an order that is
 * putting it back now · `replayed` put back, see `outcome` · `discarded` given up for good.
 */
export type LetterState = (typeof letterStates)[number];

/** Ours, then the broker's own (`x-death`), then what came without any word. */
export type DeathReason = DeadReason | 'rejected' | 'expired' | 'overflow' | 'not-stated';

export const deathReasons = [
  'attempts-exhausted',
  'invalid-message',
  'mail-refused',
  'unknown-error',
  'delivery-limit',
  'rejected',
  'expired',
  'overflow',
  'not-stated',
] as const satisfies readonly DeathReason[];

export const replayOutcomes = ['waiting', 'succeeded', 'failed', 'died-again', 'gone'] as const;
/**
 * `waiting` for its turn or at work · `succeeded` an MP3, or a mail, is there · `failed` the file
 * was refused and its listener told · `died-again` on file anew · `gone` the job was removed.
 */
export type ReplayOutcome = (typeof replayOutcomes)[number];

export interface Death {
  /** How often the message's job had been put back before: tells two deaths from two copies. */
  readonly replay: number;
  readonly at: Date;
  readonly reason: DeathReason;
  readonly step: StepName | 'send-mail' | null;
  readonly errorClass: string;
  readonly error: string;
  readonly attempts: number;
}

/** A dead letter on file (collection `dead_letters`). */
export interface DeadLetterRecord {
  /** 16 hexadecimal digits, made from queue and `messageId`: a second copy finds the first. */
  readonly _id: string;
  /** The broker's name of the work queue it died on. */
  readonly queue: string;
  readonly workQueue: WorkQueue;
  /** Of a message about a job, on the queue `video`: the job's id, under which it is put back. */
  readonly messageId: string;
  /** Null when the message names none. There may be no record of it. */
  readonly jobId: string | null;
  /** Lower-case e-mail address in the message; null when there is none. */
  readonly address: string | null;
  readonly contentType: string | null;
  /**
   * Every header as it came, as JSON text: nested tables of strangers are no documents of ours.
   * Bytes are `{"base64": …}`.
   */
  readonly headers: string;
  readonly bodyBytes: number;
  /** Null for a large body: it is in the bucket `dead_letters`, under the id of `bodyFileId`. */
  readonly body: Binary | null;
  /** Why the body is no message of its queue; null when it is one. */
  readonly problem: string | null;
  /** Oldest first; never empty. */
  readonly deaths: readonly Death[];
  /** The newest of `deaths` again, for the indexes. */
  readonly last: Death;
  readonly firstAt: Date;
  readonly state: LetterState;
  readonly stateAt: Date;
  /** How often it was put back. */
  readonly replays: number;
  /** What the header `replay` of its message says since it was put back last; 0 before. */
  readonly replay: number;
  /** Of the last replay; null before the first. */
  readonly outcome: ReplayOutcome | null;
  /** The order that acted on it last. */
  readonly order: string | null;
  /** That order has changed its state and is not done with it. Missing: it is. */
  readonly unfinished?: true;
  /** Orders that could not act on it and leave it alone from then on. Missing: none. */
  readonly refusedBy?: readonly string[];
  /**
   * How the id of the mail begins that its message asks for, as it was published last; only for news
   * about no job on record, whose end nothing else tells.
   */
  readonly mailId?: string;
}
