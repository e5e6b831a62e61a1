import { useId } from 'preact/hooks';
import type { OrderDraft } from './order-draft';

interface Props {
  readonly draft: OrderDraft;
  readonly onChange: (draft: OrderDraft) => void;
}

/** How many letters at most, and how fast; both may stay empty. */
export function LimitFields({ draft, onChange }: Props) {
  const id = useId();
  return (
    <div class="pair">
      <div class="field">
        <label for={`${id}-limit`}>At most (oldest first)</label>
        <input
          id={`${id}-limit`}
          type="number"
          min={1}
          step={1}
          placeholder="all"
          value={draft.limit}
          onInput={(event) => {
            onChange({ ...draft, limit: event.currentTarget.value });
          }}
        />
      </div>
      <div class="field">
        <label for={`${id}-rate`}>Letters per second</label>
        <input
          id={`${id}-rate`}
          type="number"
          min={0}
          step="any"
          placeholder="as fast as it goes"
          value={draft.ratePerS}
          onInput={(event) => {
            onChange({ ...draft, ratePerS: event.currentTarget.value });
          }}
        />
      </div>
    </div>
  );
}
