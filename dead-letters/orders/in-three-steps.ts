import { actionEntry } from '../audit/action-entry';
import { appendEntries } from '../audit/append-entries';
import type { DeadLetterRecord, LetterState } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';

interface NewState {
  readonly state: Exclude<LetterState, 'replaying' | 'replayed'>;
  /** For the audit. */
  readonly note: (letter: DeadLetterRecord) => string;
}

/**
 * Changes the state of letters: first the letters themselves, with a mark that this is not all, then
 * the audit and `effect`, then the mark goes. Whoever dies in between leaves letters with the mark;
 * they come here again, and every step may be done again.
 */
export async function inThreeSteps(
  { letters, audit }: DeadLetterStores,
  order: OrderRecord,
  changed: readonly DeadLetterRecord[],
  { state, note }: NewState,
  effect: () => Promise<void>,
): Promise<void> {
  const { _id } = order;
  const ids = changed.map((letter) => letter._id);
  await letters.updateMany(
    { _id: { $in: ids }, order: { $ne: _id } },
    { $set: { state, stateAt: new Date(), order: _id, unfinished: true } },
  );
  await appendEntries(
    audit,
    changed.map((letter) => actionEntry(order, letter, 'done', note(letter))),
  );
  await effect();
  await letters.updateMany({ _id: { $in: ids }, order: _id }, { $unset: { unfinished: '' } });
}
