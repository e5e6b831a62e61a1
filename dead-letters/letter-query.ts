import type { Filter } from 'mongodb';
import type { DeadLetterRecord } from './dead-letter';
import { noStep, type LetterFilter, type Selection } from './selection';

type LetterQuery = Filter<DeadLetterRecord>;

/**
 * The letters that a selection means, as a query. Letters named by id match in any state: what a
 * state allows is for the caller to add, by `$and`, since a filter has a condition of its own.
 */
export function lettersOf(selection: Selection): LetterQuery {
  return 'ids' in selection ? { _id: { $in: selection.ids } } : letterQuery(selection.filter);
}

/** The letters that a filter finds, as a query; without a state: open ones. */
export function letterQuery(filter: LetterFilter): LetterQuery {
  const { state = 'open', queue, step, error_class: errorClass, reason, user, job } = filter;
  return {
    ...(state !== 'any' && { state }),
    ...(queue !== undefined && { workQueue: queue }),
    // Any text: a step that no letter has finds nothing, which is the answer.
    ...(step !== undefined && { 'last.step': step === noStep ? null : step }),
    ...(errorClass !== undefined && { 'last.errorClass': errorClass }),
    ...(reason !== undefined && { 'last.reason': reason }),
    ...(user !== undefined && { address: user.toLowerCase() }),
    ...(job !== undefined && { jobId: job }),
    ...countsIn(filter),
    ...timesIn(filter),
  };
}

function countsIn({ min_attempts: attempts, min_replays: replays }: LetterFilter): LetterQuery {
  return {
    ...(attempts !== undefined && { 'last.attempts': { $gte: attempts } }),
    ...(replays !== undefined && { replays: { $gte: replays } }),
  };
}

function timesIn({ died_before: before, died_after: after }: LetterFilter): LetterQuery {
  if (before === undefined && after === undefined) return {};
  return {
    'last.at': {
      ...(after !== undefined && { $gte: new Date(after) }),
      ...(before !== undefined && { $lt: new Date(before) }),
    },
  };
}
