import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { OrderAction } from '../../../dead-letters/order';
import type { OrderView } from '../../../dead-letters/views';
import { useApi } from './contexts';
import { EditField } from './edit-field';
import { LimitFields } from './limit-fields';
import { draftOf, type OrderDraft, requestOf } from './order-draft';
import { PreviewView } from './preview-view';
import { Problem } from './problem';
import type { Target } from './target';
import { useDryRun } from './use-dry-run';
import { actedOn, letters } from './words';
import { wordsOf } from './api-problem';

interface Props {
  readonly name: string;
  readonly action: OrderAction;
  readonly edits: boolean;
  readonly target: Target;
  readonly onClose: () => void;
  readonly onOrder: (order: OrderView) => void;
}

/** Shows what an action would do, asks for the reason, and places the order. */
export function OrderDialog({ name, action, edits, target, onClose, onOrder }: Props) {
  const api = useApi();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState<OrderDraft>(() => draftOf(action, edits, target));
  const dryRun = useDryRun(draft);
  const [problem, setProblem] = useState<string>();
  const [placing, setPlacing] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const refused = dryRun.preview?.plans.refused ?? 0;
  const acting = dryRun.preview ? actedOn(dryRun.preview) : 0;
  const ready = acting > 0 && draft.reason.trim() !== '' && (refused === 0 || draft.skipRefused);

  async function place(): Promise<void> {
    setPlacing(true);
    setProblem(undefined);
    try {
      const order = await api.placeOrder(requestOf(draft));
      dialog.current?.close(); // Gives the focus back.
      onOrder(order);
    } catch (error) {
      setProblem(wordsOf(error));
      setPlacing(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !placing) void place();
        }}
      >
        <h2 id={`${id}-title`}>{name}</h2>
        <p>{target.words}</p>
        {draft.edit && <EditField draft={draft} target={target} onChange={setDraft} />}
        {target.count > 1 && <LimitFields draft={draft} onChange={setDraft} />}
        <PreviewView action={action} dryRun={dryRun} draft={draft} onChange={setDraft} />
        <label for={`${id}-reason`}>Reason (stands in the audit)</label>
        <input
          id={`${id}-reason`}
          value={draft.reason}
          required
          maxLength={1_000}
          autocomplete="off"
          autofocus={!edits}
          onInput={(event) => {
            setDraft({ ...draft, reason: event.currentTarget.value });
          }}
        />
        <Problem words={problem} />
        <div class="buttons">
          <button
            type="submit"
            class={action === 'discard' ? 'danger' : ''}
            disabled={!ready || placing}
            aria-busy={placing}
          >
            {acting > 0 ? `${name}: ${letters(acting)}` : name}
          </button>
          <button
            type="button"
            class="secondary outline"
            onClick={() => {
              dialog.current?.close();
            }}
          >
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
