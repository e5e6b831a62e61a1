import { useEffect, useRef, useState } from 'preact/hooks';
import type { OrderView } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { useApi } from './contexts';

export interface Orders {
  /** Newest first; undefined until they came once. */
  readonly all: readonly OrderView[] | undefined;
  readonly problem: string | undefined;
  /** Placed from here and not dismissed yet. */
  readonly placed: ReadonlySet<string>;
  /** Changes when an order has moved letters, so that whatever shows letters asks again. */
  readonly version: number;
  readonly add: (order: OrderView) => void;
  readonly dismiss: (id: string) => void;
  readonly stop: (id: string) => Promise<void>;
}

const busyMs = 1_000;
const quietMs = 10_000;

/** The latest orders, asked for again and again: fast while one runs or an outcome is awaited. */
export function useOrders(): Orders {
  const api = useApi();
  const [all, setAll] = useState<readonly OrderView[]>();
  const [problem, setProblem] = useState<string>();
  const [placed, setPlaced] = useState<ReadonlySet<string>>(new Set());
  const [version, setVersion] = useState(0);
  const [asked, setAsked] = useState(0);
  const seen = useRef<string | undefined>(undefined);

  function take(orders: readonly OrderView[]): void {
    const moved = orders.map(({ id, state, done, outcomes }) => [id, state, done, outcomes]);
    const now = JSON.stringify(moved);
    if (seen.current !== undefined && seen.current !== now) setVersion((last) => last + 1);
    seen.current = now;
    setAll(orders);
    setProblem(undefined);
  }

  const busy = all?.some((order) => isBusy(order, placed)) ?? false;
  useEffect(() => {
    const abort = new AbortController();
    const again = setTimeout(
      () => {
        api
          .listOrders(abort.signal)
          .then(({ orders }) => {
            if (!abort.signal.aborted) take(orders);
          })
          .catch((error: unknown) => {
            if (!abort.signal.aborted) setProblem(wordsOf(error));
          })
          .finally(() => {
            if (!abort.signal.aborted) setAsked((last) => last + 1);
          });
      },
      asked === 0 ? 0 : busy ? busyMs : quietMs,
    );
    return () => {
      abort.abort();
      clearTimeout(again);
    };
  }, [api, asked, busy]);

  function change(order: OrderView): void {
    setAll((last = []) => [order, ...last.filter(({ id }) => id !== order.id)]);
  }

  return {
    all,
    problem,
    placed,
    version,
    add: (order) => {
      setPlaced((last) => new Set([...last, order.id]));
      change(order);
      setVersion((last) => last + 1);
    },
    dismiss: (id) => {
      setPlaced((last) => new Set([...last].filter((other) => other !== id)));
    },
    stop: async (id) => {
      change(await api.stopOrder(id));
    },
  };
}

/** Whether something about an order is going to change soon. */
function isBusy(order: OrderView, placed: ReadonlySet<string>): boolean {
  return order.state === 'running' || (placed.has(order.id) && order.outcomes.waiting > 0);
}
