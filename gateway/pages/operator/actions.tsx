import { useState } from 'preact/hooks';
import type { OrderAction } from '../../../dead-letters/order';
import type { LetterFilter } from '../../../dead-letters/selection';
import type { OrderView } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { useApi } from './contexts';
import { saveAs } from './save-as';
import { OrderDialog } from './order-dialog';
import { Problem } from './problem';
import type { Target } from './target';

interface Props {
  /** Undefined while nothing is chosen. */
  readonly target: Target | undefined;
  /** The state of the letters in sight: some actions fit some states only. */
  readonly state: NonNullable<LetterFilter['state']>;
  readonly onOrder: (order: OrderView) => void;
}

interface Button {
  readonly name: string;
  readonly action: OrderAction;
  readonly edits?: boolean;
  readonly states: readonly Props['state'][];
}

const buttons: readonly Button[] = [
  { name: 'Replay', action: 'replay', states: ['open', 'parked', 'any'] },
  { name: 'Edit and replay', action: 'replay', edits: true, states: ['open', 'parked', 'any'] },
  { name: 'Park', action: 'park', states: ['open', 'any'] },
  { name: 'Unpark', action: 'unpark', states: ['parked', 'any'] },
  { name: 'Discard', action: 'discard', states: ['open', 'parked', 'any'] },
];

export function Actions({ target, state, onOrder }: Props) {
  const api = useApi();
  const [asked, setAsked] = useState<{ readonly button: Button; readonly target: Target }>();
  const [problem, setProblem] = useState<string>();
  const [exporting, setExporting] = useState(false);

  async function exportChosen({ select }: Target): Promise<void> {
    setExporting(true);
    setProblem(undefined);
    try {
      saveAs(await api.exportLetters(select), 'dead-letters.ndjson');
    } catch (error) {
      setProblem(wordsOf(error));
    }
    setExporting(false);
  }

  return (
    <>
      <div class="buttons">
        {buttons
          .filter(({ states }) => states.includes(state))
          .map((button) => (
            <button
              key={button.name}
              type="button"
              class={button.name === 'Replay' ? '' : 'outline'}
              disabled={target === undefined}
              onClick={() => {
                if (target) setAsked({ button, target });
              }}
            >
              {button.name}…
            </button>
          ))}
        <button
          type="button"
          class="secondary outline"
          disabled={target === undefined}
          aria-busy={exporting}
          onClick={() => {
            if (target) void exportChosen(target);
          }}
        >
          Export
        </button>
      </div>
      <Problem words={problem} />
      {asked && (
        <OrderDialog
          name={asked.button.name}
          action={asked.button.action}
          edits={asked.button.edits ?? false}
          target={asked.target}
          onClose={() => {
            setAsked(undefined);
          }}
          onOrder={(order) => {
            setAsked(undefined);
            onOrder(order);
          }}
        />
      )}
    </>
  );
}
