import { useId } from 'preact/hooks';
import type { OrderAction } from '../../../dead-letters/order';
import type { Preview } from '../../../dead-letters/views';
import { Difference } from './difference';
import type { OrderDraft } from './order-draft';
import { Problem } from './problem';
import type { DryRun } from './use-dry-run';
import { actedOn, entriesOf, letters, planWords } from './words';

interface Props {
  readonly action: OrderAction;
  readonly dryRun: DryRun;
  readonly draft: OrderDraft;
  readonly onChange: (draft: OrderDraft) => void;
}

/** What the order would do; nothing can be confirmed before it is shown. */
export function PreviewView({ action, dryRun, draft, onChange }: Props) {
  const { preview, problem, busy, run } = dryRun;
  return (
    <section class="preview" aria-label="Dry run">
      <div class="heading">
        <h3>What would happen</h3>
        <button type="button" class="outline" aria-busy={busy} disabled={busy} onClick={run}>
          Dry run
        </button>
      </div>
      <div role="status">
        {preview === undefined && problem === undefined && !busy && (
          <p class="quiet">Run it dry first: it shows what would happen, and moves nothing.</p>
        )}
        {preview && <Numbers action={action} preview={preview} edited={draft.edit !== undefined} />}
      </div>
      <Problem words={problem} />
      {preview && <Refused preview={preview} draft={draft} onChange={onChange} />}
      {preview && preview.differences.length > 0 && (
        <div class="differences" tabIndex={0}>
          {preview.differences.map(({ id, changes }) => (
            <Difference key={id} name={`Letter ${id}`} changes={changes} />
          ))}
        </div>
      )}
      {preview && preview.changed > preview.differences.length && (
        <p class="quiet">
          The first {preview.differences.length} of {letters(preview.changed)} that change.
        </p>
      )}
    </section>
  );
}

interface NumbersProps {
  readonly action: OrderAction;
  readonly preview: Preview;
  readonly edited: boolean;
}

function Numbers({ action, preview, edited }: NumbersProps) {
  const plans = entriesOf(preview.plans).filter(([, count]) => count > 0);
  const starts = Object.entries(preview.starts_at);
  if (preview.matched === 0) {
    return <p>No letter matches, or none is in a state that this can be done with.</p>;
  }
  return (
    <ul>
      {plans.map(([plan, count]) => (
        <li key={plan} class={plan === 'refused' ? 'bad' : ''}>
          {letters(count)}: {planWords(action, plan)}
        </li>
      ))}
      {starts.map(([step, count]) => (
        <li key={step}>
          {letters(count)} {count === 1 ? 'starts' : 'start'} again at <code>{step}</code>
        </li>
      ))}
      {edited && (
        <li class={preview.changed === 0 ? 'bad' : ''}>
          {preview.changed === 0
            ? 'The edit changes nothing'
            : `The edit changes ${letters(preview.changed)}`}
        </li>
      )}
    </ul>
  );
}

interface RefusedProps {
  readonly preview: Preview;
  readonly draft: OrderDraft;
  readonly onChange: (draft: OrderDraft) => void;
}

function Refused({ preview, draft, onChange }: RefusedProps) {
  const id = useId();
  const count = preview.plans.refused;
  if (preview.refused.length === 0) return null;
  return (
    <>
      <ul class="problem">
        {preview.refused.map(({ id: letter, problem }) => (
          <li key={letter}>
            <code>{letter}</code> {problem}
          </li>
        ))}
        {count > preview.refused.length && <li>and {count - preview.refused.length} more</li>}
      </ul>
      {actedOn(preview) > 0 && (
        <label for={id}>
          <input
            id={id}
            type="checkbox"
            checked={draft.skipRefused}
            onChange={(event) => {
              onChange({ ...draft, skipRefused: event.currentTarget.checked });
            }}
          />
          Leave these out, and go on with the others
        </label>
      )}
    </>
  );
}
