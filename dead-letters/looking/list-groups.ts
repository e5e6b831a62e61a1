import type { Document } from 'mongodb';
import { letterStates, type DeadLetterRecord } from '../dead-letter';
import { letterQuery } from '../letter-query';
import type { LetterFilter } from '../selection';
import type { DeadLetterStores } from '../stores';
import type { Group, Groups } from '../views';

/** The letters that a filter finds, by queue, step and error class; the largest group first. */
export async function listGroups(
  stores: Pick<DeadLetterStores, 'letters'>,
  filter: LetterFilter,
): Promise<Groups> {
  return { groups: (await aggregateGroups(stores, filter).toArray()).map(viewGroup) };
}

interface GroupedLetters {
  readonly _id: {
    readonly queue: DeadLetterRecord['workQueue'];
    readonly step: DeadLetterRecord['last']['step'];
    readonly errorClass: string;
  };
  readonly count: number;
  readonly firstAt: Date;
  readonly newest: { readonly at: Date; readonly id: string };
  readonly sample: readonly { readonly error: string }[];
}

/** Counts in the index; only the error of each group's sample is read from a letter. */
export function aggregateGroups(
  { letters }: Pick<DeadLetterStores, 'letters'>,
  filter: LetterFilter,
) {
  return letters.aggregate<GroupedLetters>([
    { $match: { $and: [inAnyState(filter), letterQuery(filter)] } },
    {
      $group: {
        _id: { queue: '$workQueue', step: '$last.step', errorClass: '$last.errorClass' },
        count: { $sum: 1 },
        firstAt: { $min: '$firstAt' },
        // Documents compare field by field: the newest, and of two the one that the list has first.
        newest: { $max: { at: '$last.at', id: '$_id' } },
      },
    },
    { $sort: { count: -1, 'newest.at': -1, 'newest.id': -1 } },
    {
      $lookup: {
        from: letters.collectionName,
        localField: 'newest.id',
        foreignField: '_id',
        pipeline: [{ $project: { _id: 0, error: '$last.error' } }],
        as: 'sample',
      },
    },
  ]);
}

/** The index of groups begins with the state, so any state is said as well. */
function inAnyState({ state }: LetterFilter): Document {
  return state === 'any' ? { state: { $in: letterStates } } : {};
}

function viewGroup({ _id, count, firstAt, newest, sample }: GroupedLetters): Group {
  return {
    queue: _id.queue,
    step: _id.step,
    error_class: _id.errorClass,
    count,
    first_at: firstAt.toISOString(),
    last_at: newest.at.toISOString(),
    sample: { id: newest.id, error: sample[0]?.error ?? '' },
  };
}
