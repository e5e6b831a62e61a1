import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';
import { inThreeSteps } from './in-three-steps';

const notes = { parked: 'put aside', open: 'taken back' } as const;

/** Puts letters aside, or back into the list. */
export function moveLetters(
  stores: DeadLetterStores,
  order: OrderRecord,
  letters: readonly DeadLetterRecord[],
  state: 'parked' | 'open',
): Promise<void> {
  const nothingElse = () => Promise.resolve();
  return inThreeSteps(stores, order, letters, { state, note: () => notes[state] }, nothingElse);
}
