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
 * A closed letter's death may be told by another clock than the one that closed it: the broker's,
 * in whole seconds, or a worker's. One that is a little older than the closing therefore counts as
 * new: to list a second copy costs an operator a look, to take a new death for a copy loses it. What
 * is on file to the millisecond is a copy whatever the clocks say.
 */
const clocksDifferMs = 5_000;

const closedBefore = ({ at }: Death): Date => new Date(at.getTime() + clocksDifferMs);

const same = (one: Death, other: Death): boolean =>
  one.replay === other.replay && one.at.getTime() === other.at.getTime();

/**
 * A message that is on file died again when its header `replay` has a number that no death on file
 * has. With a number that is known it did when the letter was closed before that, or when it was
 * closed without being put back because its job was under way.
 */
export function diesAnew(letter: KnownLetter, death: Death): boolean {
  const { deaths, state, stateAt, outcome, replay } = letter;
  if (deaths.every((known) => known.replay !== death.replay)) return true;
  const afterClosing = stateAt < closedBefore(death) && !deaths.some((known) => same(known, death));
  if (state === 'discarded') return afterClosing;
  if (!putBack.includes(state)) return false;
  return outcome === 'waiting' ? replay <= death.replay : afterClosing;
}

/** {@link diesAnew} as a query: between the look and the write an order may have acted. */
export function diedAnew(id: string, death: Death): Filter<DeadLetterRecord> {
  const state = { $in: [...putBack] };
  const { replay, at } = death;
  const afterClosing = {
    stateAt: { $lt: closedBefore(death) },
    deaths: { $not: { $elemMatch: { replay, at } } },
  };
  return {
    _id: id,
    $or: [
      { 'deaths.replay': { $ne: replay } },
      { state: 'discarded', ...afterClosing },
      { state, outcome: 'waiting', replay: { $lte: replay } },
      { state, outcome: { $ne: 'waiting' }, ...afterClosing },
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
