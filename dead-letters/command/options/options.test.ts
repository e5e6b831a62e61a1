import { Command } from 'commander';
import { letterFilterSchema, type LetterFilter } from '../../selection';
import { addFilterOptions, filterOf, narrows, type FilterOptions } from './filter-options';
import { groupName, parseGroupName } from './group-name';
import { rate, wholeNumber } from './numbers';
import { parseTime } from './times';

function optionsOf(words: string): FilterOptions {
  const command = addFilterOptions(
    new Command().exitOverride().configureOutput({ writeErr: () => undefined }),
  );
  return command.parse(words.split(' ').filter(Boolean), { from: 'user' }).opts<FilterOptions>();
}

describe('filters', () => {
  it.each<[string, LetterFilter]>([
    ['', {}],
    [
      '--queue mp3 --step - --error TypeError',
      { queue: 'mp3', step: '-', error_class: 'TypeError' },
    ],
    ['--group video/transcode/a/b', { queue: 'video', step: 'transcode', error_class: 'a/b' }],
    ['--died-of delivery-limit --state any', { reason: 'delivery-limit', state: 'any' }],
    ['--user a@example.com --job 12', { user: 'a@example.com', job: '12' }],
    ['--min-attempts 0 --min-replays 2', { min_attempts: 0, min_replays: 2 }],
    [
      '--older 2026-11-24T10:00Z --newer 2026-11-23',
      { died_before: '2026-11-24T10:00:00.000Z', died_after: '2026-11-23T00:00:00.000Z' },
    ],
  ])('reads "%s"', (words, filter) => {
    const found = filterOf(optionsOf(words));
    expect(found).toStrictEqual(filter);
    expect(letterFilterSchema.parse(found)).toStrictEqual(filter);
  });

  it.each([
    '--queue nonsense',
    '--group video',
    '--group nonsense/transcode/X',
    '--group video/transcode/X --queue video',
    '--older yesterday',
    '--older 2h30',
    '--min-attempts -1',
    '--died-of boredom',
  ])('refuses "%s"', (words) => {
    expect(() => optionsOf(words)).toThrow();
  });

  it('takes another state where a verb means other letters', () => {
    expect(filterOf({}, 'parked')).toStrictEqual({ state: 'parked' });
    expect(filterOf({ state: 'open' }, 'parked')).toStrictEqual({ state: 'open' });
  });

  it('does not take a state for a choice of letters', () => {
    expect(narrows({ state: 'any' })).toBe(false);
    expect(narrows({ state: 'any', queue: 'mp3' })).toBe(true);
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['90s', '2026-11-24T11:58:30.000Z'],
    ['10m', '2026-11-24T11:50:00.000Z'],
    ['2h', '2026-11-24T10:00:00.000Z'],
    ['3d', '2026-11-21T12:00:00.000Z'],
    ['2026-11-24T10:00+01:00', '2026-11-24T09:00:00.000Z'],
  ])('%s', (text, time) => {
    expect(parseTime(text, now).toISOString()).toBe(time);
  });
});

describe('groups', () => {
  it.each([
    { queue: 'video', step: 'transcode', error_class: 'MediaToolError' },
    { queue: 'mp3', step: null, error_class: 'a/b c' },
  ] as const)('go from name to key and back', (group) => {
    const { queue, step, errorClass } = parseGroupName(groupName(group));
    expect({ queue, step: step === '-' ? null : step, error_class: errorClass }).toEqual(group);
  });
});

describe('numbers', () => {
  it('have bounds', () => {
    expect(wholeNumber(1, 5)('5')).toBe(5);
    expect(rate('0.5')).toBe(0.5);
    for (const text of ['0', '6', '1.5', '', '1e3', ' 1']) {
      expect(() => wholeNumber(1, 5)(text)).toThrow('from 1 to 5');
    }
    for (const text of ['0', '-1', '10001', 'fast', '1e2']) {
      expect(() => rate(text)).toThrow('above 0');
    }
  });
});
