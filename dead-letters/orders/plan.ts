import type { ObjectId } from 'mongodb';
import type { ConversionOptions } from '../../contracts/conversion-options';
import type { StepName } from '../../contracts/job';
import type { FieldChange } from '../audit-entry';
import type { ReplayOutcome } from '../dead-letter';

/** What the record of a job gets from an edited message. */
export interface JobChange {
  readonly address: string;
  readonly sourceFid: ObjectId;
  readonly options: ConversionOptions;
  /** The MP3 that is stored was made of another source or with other options. */
  readonly convertAnew: boolean;
}

/** What an order comes to for one letter. Decided before anything is changed. */
export type Plan =
  /** The dead job is queued again and goes out through the outbox. */
  | {
      readonly kind: 'reopen-job';
      readonly jobId: string;
      readonly change: JobChange;
      readonly startsAt: StepName;
    }
  /** Nobody knows the job: one is made of the message. */
  | { readonly kind: 'create-job'; readonly jobId: string; readonly change: JobChange }
  /** How the job ended is told once more; the ledger keeps the mail single. */
  | { readonly kind: 'announce-again'; readonly jobId: string; readonly address: string }
  /** News about no job on record: the bytes go back on their queue. */
  | { readonly kind: 'publish'; readonly body: Uint8Array }
  /** Nothing has to be put back. */
  | { readonly kind: 'close'; readonly why: string; readonly outcome: ReplayOutcome | null }
  /** Cannot be done; the letter stays as it is. */
  | { readonly kind: 'refused'; readonly problem: string };

export interface PlannedLetter {
  readonly plan: Plan;
  readonly difference: readonly FieldChange[];
}

/** Where a replay starts again, in one word; null when it starts nothing. */
export function startsAt(plan: Plan): string | null {
  switch (plan.kind) {
    case 'reopen-job':
      return plan.startsAt;
    case 'create-job':
      return 'fetch-video';
    case 'announce-again':
    case 'publish':
      return 'send-mail';
    case 'close':
    case 'refused':
      return null;
    default:
      return plan satisfies never;
  }
}

/** A sentence for the audit. */
export function describePlan(plan: Plan): string {
  switch (plan.kind) {
    case 'reopen-job':
      return `job queued again, starts at ${plan.startsAt}`;
    case 'create-job':
      return 'job made from the message and queued';
    case 'announce-again':
      return 'how the job ended is announced again';
    case 'publish':
      return 'message published again';
    case 'close':
      return plan.why;
    case 'refused':
      return plan.problem;
    default:
      return plan satisfies never;
  }
}
