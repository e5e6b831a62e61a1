import type { Filter } from 'mongodb';
import type { DeadLetterRecord, Death, LetterState } from '../dead-letter';
import type { DeadLetterStores } from '../stores';

/** What tells another death of a letter on file from a second copy of one. */
export type KnownLetter = Pick<
  DeadLetterRecord,
  '_id' | 'deaths' | 'state' | 'stateAt' | 'outcome' | 'replay' | 'order' | 'jobId'
>;

const putBack: readonly LetterState[] = ['replaying', 'replayed'];

/**
 * A message that is on file died again when its header `replay` has a number that no death on file
 * has. With a number that is known it did when the letter was closed before that, or when it was
 * closed without being put back because its job was under way.
 */
export function diesAnew(letter: KnownLetter, death: Death): boolean {
  const { deaths, state, stateAt, outcome, replay } = letter;
  if (deaths.every((known) => known.replay !== death.replay)) return true;
  if (state === 'discarded') return stateAt < death.at;
  if (!putBack.includes(state)) return false;
  return outcome === 'waiting' ? replay <= death.replay : stateAt < death.at;
}

/** {@link diesAnew} as a query: between the look and the write an order may have acted. */
export function diedAnew(id: string, death: Death): Filter<DeadLetterRecord> {
  const state = { $in: [...putBack] };
  const before = { $lt: death.at };
  return {
    _id: id,
    $or: [
      { 'deaths.replay': { $ne: death.replay } },
      { state: 'discarded', stateAt: before },
      { state, outcome: 'waiting', replay: { $lte: death.replay } },
      { state, outcome: { $ne: 'waiting' }, stateAt: before },
    ],
  };
}

/** Those letters that are on file already, by id. */
export async function knownLetters(
  { letters }: DeadLetterStores,
  arrived: readonly Pick<DeadLetterRecord, '_id'>[],
): Promise<ReadonlyMap<string, KnownLetter>> {
  const fields = { deaths: 1, state: 1, stateAt: 1, outcome: 1, replay: 1, order: 1, jobId: 1 };
  const known = await letters
    .find({ _id: { $in: arrived.map(({ _id }) => _id) } })
    .project<KnownLetter>(fields)
    .toArray();
  return new Map(known.map((letter) => [letter._id, letter]));
}
