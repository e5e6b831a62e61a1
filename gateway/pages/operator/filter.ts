import type { LetterFilter } from '../../../dead-letters/selection';
import type { Group } from '../../../dead-letters/views';
import { isKeyOf, queueWords, reasonWords, stateWords } from './words';

/** How a group's missing step is written in a filter. */
export const noStep = '-';

export function filterParameters(filter: LetterFilter): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    parameters.set(name, String(value));
  }
  return parameters;
}

/** What the address says; anything it cannot mean is left out. */
export function readFilter(parameters: URLSearchParams): LetterFilter {
  const filter: LetterFilter = {};
  const queue = parameters.get('queue') ?? '';
  if (isKeyOf(queueWords, queue)) filter.queue = queue;
  const reason = parameters.get('reason') ?? '';
  if (isKeyOf(reasonWords, reason)) filter.reason = reason;
  const state = parameters.get('state') ?? '';
  if (state === 'any' || isKeyOf(stateWords, state)) filter.state = state;
  for (const name of ['step', 'error_class', 'user', 'job', 'died_before', 'died_after'] as const) {
    const value = parameters.get(name) ?? '';
    if (value !== '') filter[name] = value;
  }
  for (const name of ['min_attempts', 'min_replays'] as const) {
    const value = Number(parameters.get(name) ?? Number.NaN);
    if (Number.isInteger(value) && value > 0) filter[name] = value;
  }
  return filter;
}

export type ChangeFilter = <Name extends keyof LetterFilter>(
  name: Name,
  value: LetterFilter[Name] | undefined,
) => void;

/** The filter with one field changed; undefined takes it out. */
export function withField<Name extends keyof LetterFilter>(
  filter: LetterFilter,
  name: Name,
  value: LetterFilter[Name] | undefined,
): LetterFilter {
  const { [name]: _, ...others } = filter;
  return value === undefined ? others : { ...others, [name]: value };
}

export function filterOfGroup(filter: LetterFilter, group: Group): LetterFilter {
  return {
    ...filter,
    queue: group.queue,
    step: group.step ?? noStep,
    error_class: group.error_class,
  };
}

/** Without what tells groups apart, so that the others stay in sight. */
export function withoutGroup(filter: LetterFilter): LetterFilter {
  return withField(
    withField(withField(filter, 'queue', undefined), 'step', undefined),
    'error_class',
    undefined,
  );
}

/** Whether a group's letters are among those that the filter finds. */
export function includesGroup(filter: LetterFilter, group: Group): boolean {
  return (
    (filter.queue === undefined || filter.queue === group.queue) &&
    (filter.step === undefined || filter.step === (group.step ?? noStep)) &&
    (filter.error_class === undefined || filter.error_class === group.error_class)
  );
}

/** In words, for a dialog. */
export function describeFilter(filter: LetterFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name.replace('_', ' ')} ${value}`);
  return parts.length === 0 ? 'all open ones' : parts.join(', ');
}
