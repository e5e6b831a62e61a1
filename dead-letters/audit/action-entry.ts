import type { ActionEntry, FieldChange } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRecord } from '../order';
import { actionEntryId } from './action-entry-id';

/** What an order comes to for a letter, as it goes into the audit. */
export function actionEntry(
  { _id: order, actor, action, reason }: OrderRecord,
  { _id: letter, queue, messageId, jobId }: DeadLetterRecord,
  result: ActionEntry['result'],
  note: string,
  difference: readonly FieldChange[] = [],
): ActionEntry {
  return {
    _id: actionEntryId(order, letter),
    kind: 'action',
    at: new Date(),
    actor,
    action,
    reason,
    order,
    letter,
    queue,
    messageId,
    jobId,
    difference,
    result,
    note,
  };
}
