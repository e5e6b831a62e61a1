import type { DeadLetterRecord, Death } from '../dead-letter';
import type { LetterDetail, LetterSummary } from '../views';

/** What the list needs of a letter: neither its body nor its headers, which may be large. */
export const summaryFields = {
  workQueue: 1,
  messageId: 1,
  jobId: 1,
  address: 1,
  state: 1,
  last: 1,
  firstAt: 1,
  replays: 1,
  outcome: 1,
  bodyBytes: 1,
  problem: 1,
} as const;

export type ListedLetter = Pick<DeadLetterRecord, '_id' | keyof typeof summaryFields>;

/** A letter as a line of the list. */
export function summarize(letter: ListedLetter): LetterSummary {
  const { last } = letter;
  return {
    id: letter._id,
    queue: letter.workQueue,
    message_id: letter.messageId,
    job: letter.jobId,
    user: letter.address,
    state: letter.state,
    reason: last.reason,
    step: last.step,
    error_class: last.errorClass,
    error: last.error,
    attempts: last.attempts,
    died_at: last.at.toISOString(),
    first_died_at: letter.firstAt.toISOString(),
    replays: letter.replays,
    outcome: letter.outcome,
    bytes: letter.bodyBytes,
    problem: letter.problem,
  };
}

export function viewDeath(death: Death): LetterDetail['deaths'][number] {
  const { replay, at, reason, step, errorClass, error, attempts } = death;
  return { replay, at: at.toISOString(), reason, step, error_class: errorClass, error, attempts };
}
