import type { LetterFilter } from '../../../dead-letters/selection';
import { SelectField } from './fields';
import { withField } from './filter';
import { goTo } from './route';

const hourMs = 3_600_000;

const choices = {
  '': 'any time',
  'after-1': 'within the last hour',
  'after-24': 'within the last day',
  'after-168': 'within the last week',
  'before-1': 'more than an hour ago',
  'before-24': 'more than a day ago',
  'before-168': 'more than a week ago',
} as const;

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short' });

/** When a letter died last. What is chosen becomes a time, so that an order means the same later. */
export function AgeField({ filter }: { readonly filter: LetterFilter }) {
  const { died_after: after, died_before: before } = filter;
  const given = [
    after === undefined ? '' : `after ${exact.format(new Date(after))}`,
    before === undefined ? '' : `before ${exact.format(new Date(before))}`,
  ].filter((words) => words !== '');

  function choose(value: string): void {
    if (value === 'given') return;
    const anyTime = withField(withField(filter, 'died_after', undefined), 'died_before', undefined);
    const [way, hours] = value.split('-');
    const at = new Date(Date.now() - Number(hours) * hourMs);
    if (way === 'after')
      goTo({ kind: 'letters', filter: { ...anyTime, died_after: at.toISOString() } });
    else if (way === 'before') {
      goTo({ kind: 'letters', filter: { ...anyTime, died_before: at.toISOString() } });
    } else goTo({ kind: 'letters', filter: anyTime });
  }

  return (
    <SelectField
      label="Died"
      value={given.length > 0 ? 'given' : ''}
      choices={[
        ...Object.entries(choices),
        ...(given.length > 0 ? [['given', given.join(', ')] as const] : []),
      ]}
      onChange={choose}
    />
  );
}
