import type { OrderAction } from './order';
import type { ReplayOutcome } from './dead-letter';

/** One field that an edit changed. */
export interface FieldChange {
  /** Names and positions from the message down to the field. */
  readonly path: readonly (string | number)[];
  /** Left out where the field was not there before, or is not there any more. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export type AuditAction = OrderAction | 'import';

/** What an order came to for one letter. Never changed, never removed. */
export interface ActionEntry {
  /** Order and letter, so that carrying it out again writes it once. */
  readonly _id: string;
  readonly kind: 'action';
  readonly at: Date;
  readonly actor: string;
  readonly action: AuditAction;
  readonly reason: string;
  readonly order: string;
  readonly letter: string;
  readonly queue: string;
  readonly messageId: string;
  readonly jobId: string | null;
  readonly difference: readonly FieldChange[];
  /** `refused`: the letter stays as it was; `note` says why. */
  readonly result: 'done' | 'refused';
  /** One sentence: what was done, or why not. */
  readonly note: string;
}

/** How a replay ended; belongs to the action's entry. */
export interface OutcomeEntry {
  readonly _id: string;
  readonly kind: 'outcome';
  readonly at: Date;
  /** The action's entry. */
  readonly of: string;
  readonly order: string;
  readonly letter: string;
  readonly jobId: string | null;
  readonly outcome: Exclude<ReplayOutcome, 'waiting'>;
}

/** A line of the audit (collection `dead_letter_audit`). */
export type AuditEntry = ActionEntry | OutcomeEntry;
