import { useState } from 'preact/hooks';
import type { OrderView } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { Problem } from './problem';
import { hrefOf } from './route';
import type { Orders } from './use-orders';
import { actionWords, entriesOf, letters, orderStateWords, outcomeWords } from './words';

interface Props {
  readonly order: OrderView;
  readonly orders: Orders;
}

/** How far one order has come, and the button that stops it. */
export function OrderProgress({ order, orders }: Props) {
  const [problem, setProblem] = useState<string>();
  const { id, action, reason, state, total, done, refused } = order;
  const running = state === 'running';
  const name = `${actionWords[action]} of ${letters(total)}`;

  async function stop(): Promise<void> {
    try {
      await orders.stop(id);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  }

  return (
    <article class="order" data-order={id}>
      <div>
        <strong>{name}</strong> <span class="quiet">“{reason}”</span>
        <p>
          <span role="status">{orderStateWords[state]}</span>: {done} done
          {refused > 0 && `, ${refused} refused`}
          {outcomesOf(order)}
        </p>
        <Problem words={problem} />
      </div>
      <progress aria-label={name} max={Math.max(total, 1)} value={done + refused} />
      <div class="buttons">
        <a href={hrefOf({ kind: 'audit', filter: { order: id } })}>Audit</a>
        {running && (
          <button type="button" class="outline" onClick={() => void stop()}>
            Stop
          </button>
        )}
        {!running && orders.placed.has(id) && (
          <button
            type="button"
            class="secondary outline"
            onClick={() => {
              orders.dismiss(id);
            }}
          >
            Dismiss
          </button>
        )}
      </div>
    </article>
  );
}

function outcomesOf({ outcomes }: OrderView): string {
  const told = entriesOf(outcomes).filter(([, count]) => count > 0);
  if (told.length === 0) return '';
  return ` · ${told.map(([outcome, count]) => `${count} ${outcomeWords[outcome]}`).join(', ')}`;
}
