import { actionEntryId } from '../audit/action-entry-id';
import { appendEntries } from '../audit/append-entries';
import type { ActionEntry, AuditAction } from '../audit-entry';
import type { DeadLetterRecord, LetterState } from '../dead-letter';
import type { DeadLetterStores } from '../stores';

const note =
  'its order began and is not on record, so nobody knows what it did: the letter is open again';

/** What an order was at with a letter that it leaves in this state. */
const begun: Record<LetterState, AuditAction> = {
  replaying: 'replay',
  replayed: 'replay',
  discarded: 'discard',
  parked: 'park',
  open: 'unpark',
};

/**
 * Takes letters back from an order that began with them and is not on record: restored from another
 * time, or removed by hand. They wait for an operator again. A replay of one whose job is under
 * way, or has ended, closes it; so opening it is right whatever the order had done. One that was
 * only put aside stays so.
 *
 * @param order As the letters name it. One that another order has meanwhile is left alone.
 */
export async function leaveOrder(
  { letters, audit }: DeadLetterStores,
  order: string | null,
  started: readonly DeadLetterRecord[],
): Promise<void> {
  const opened = started.filter(({ state }) => state === 'replaying' || state === 'discarded');
  await appendEntries(
    audit,
    opened.map((letter) => entryOf(letter, order ?? 'unknown')),
  );
  await letters.updateMany({ _id: { $in: opened.map(({ _id }) => _id) }, order }, [
    {
      $set: {
        state: 'open',
        stateAt: new Date(),
        outcome: { $cond: [{ $eq: ['$outcome', 'waiting'] }, null, '$outcome'] },
      },
    },
    { $unset: 'unfinished' },
  ]);
  await letters.updateMany(
    { _id: { $in: started.map(({ _id }) => _id) }, order, state: { $in: ['open', 'parked'] } },
    { $unset: { unfinished: '' } },
  );
}

/** Where the order came as far as its own entry, that one stays. */
function entryOf(
  { _id: letter, state, queue, messageId, jobId }: DeadLetterRecord,
  order: string,
): ActionEntry {
  return {
    _id: actionEntryId(order, letter),
    kind: 'action',
    at: new Date(),
    actor: 'relay',
    action: begun[state],
    reason: 'the order is missing',
    order,
    letter,
    queue,
    messageId,
    jobId,
    difference: [],
    result: 'refused',
    note,
  };
}
