import type { OutcomeEntry } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import { actionEntryId } from './action-entry-id';

/** How the last replay of a letter ended; nothing for a letter that no order put back. */
export function outcomeEntry(
  { _id: letter, order, jobId }: Pick<DeadLetterRecord, '_id' | 'order' | 'jobId'>,
  outcome: OutcomeEntry['outcome'],
): OutcomeEntry[] {
  if (order === null) return [];
  const of = actionEntryId(order, letter);
  return [
    { _id: `${of}.outcome`, kind: 'outcome', at: new Date(), of, order, letter, jobId, outcome },
  ];
}
