import type { LetterFilter } from '../../../dead-letters/selection';
import type { Group } from '../../../dead-letters/views';
import { AgeField } from './age-field';
import { type ChangeFilter, noStep, withField } from './filter';
import { SelectField, TextField } from './fields';
import { RareFields } from './rare-fields';
import { goTo, hrefOf } from './route';
import { entriesOf, isKeyOf, queueWords, stateWords } from './words';

interface Props {
  readonly filter: LetterFilter;
  /** What there is offers what to choose. */
  readonly groups: readonly Group[];
}

const stateChoices = { ...stateWords, any: 'any state' };

/** Every change is applied at once and stands in the address. */
export function FilterForm({ filter, groups }: Props) {
  const steps = [...new Set(groups.map(({ step }) => step ?? noStep))].sort();
  const classes = [...new Set(groups.map((group) => group.error_class))].sort();
  const change: ChangeFilter = (name, value) => {
    goTo({ kind: 'letters', filter: withField(filter, name, value) });
  };
  const text = (name: 'user' | 'step' | 'error_class') => (value: string) => {
    change(name, value === '' ? undefined : value);
  };
  return (
    <form
      class="filter"
      aria-label="Filter"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <SelectField
        label="State"
        value={filter.state ?? 'open'}
        choices={entriesOf(stateChoices)}
        onChange={(value) => {
          change('state', value !== 'open' && isKeyOf(stateChoices, value) ? value : undefined);
        }}
      />
      <SelectField
        label="Queue"
        value={filter.queue ?? ''}
        choices={[['', 'any'], ...entriesOf(queueWords)]}
        onChange={(value) => {
          change('queue', isKeyOf(queueWords, value) ? value : undefined);
        }}
      />
      <TextField label="Step" value={filter.step} choices={steps} onChange={text('step')} />
      <TextField
        label="Error class"
        value={filter.error_class}
        choices={classes}
        onChange={text('error_class')}
      />
      <TextField label="User" value={filter.user} onChange={text('user')} />
      <AgeField filter={filter} />
      <RareFields filter={filter} onChange={change} />
      {Object.keys(filter).length > 0 && (
        <a class="clear" href={hrefOf({ kind: 'letters', filter: {} })}>
          Clear the filter
        </a>
      )}
    </form>
  );
}
