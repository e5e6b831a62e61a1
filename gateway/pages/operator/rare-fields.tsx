import type { LetterFilter } from '../../../dead-letters/selection';
import { SelectField, TextField } from './fields';
import type { ChangeFilter } from './filter';
import { entriesOf, isKeyOf, reasonWords } from './words';

interface Props {
  readonly filter: LetterFilter;
  readonly onChange: ChangeFilter;
}

/** What is seldom asked for stays folded, unless it is in use. */
export function RareFields({ filter, onChange }: Props) {
  const number = (name: 'min_attempts' | 'min_replays') => (value: string) => {
    const count = Number(value);
    onChange(name, Number.isInteger(count) && count > 0 ? count : undefined);
  };
  const inUse = (['min_attempts', 'min_replays', 'reason', 'job'] as const).some(
    (name) => filter[name] !== undefined,
  );
  return (
    <details open={inUse}>
      <summary>More filters</summary>
      <div class="filter">
        <TextField
          label="Attempts, at least"
          type="number"
          value={filter.min_attempts?.toString()}
          onChange={number('min_attempts')}
        />
        <TextField
          label="Replays, at least"
          type="number"
          value={filter.min_replays?.toString()}
          onChange={number('min_replays')}
        />
        <SelectField
          label="Reason"
          value={filter.reason ?? ''}
          choices={[['', 'any'], ...entriesOf(reasonWords)]}
          onChange={(value) => {
            onChange('reason', isKeyOf(reasonWords, value) ? value : undefined);
          }}
        />
        <TextField
          label="Job"
          value={filter.job}
          onChange={(value) => {
            onChange('job', value === '' ? undefined : value);
          }}
        />
      </div>
    </details>
  );
}
