import { actionEntry } from '../audit/action-entry';
import { appendEntries } from '../audit/append-entries';
import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';

const notes = { parked: 'put aside', open: 'taken back' } as const;

/** Puts letters aside, or back into the list. */
export async function moveLetters(
  stores: DeadLetterStores,
  order: OrderRecord,
  letters: readonly DeadLetterRecord[],
  state: 'parked' | 'open',
): Promise<void> {
  await appendEntries(
    stores.audit,
    letters.map((letter) => actionEntry(order, letter, 'done', notes[state])),
  );
  await stores.letters.updateMany(
    { _id: { $in: letters.map(({ _id }) => _id) } },
    { $set: { state, stateAt: new Date(), order: order._id } },
  );
}
