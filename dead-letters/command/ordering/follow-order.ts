import { setTimeout as delay } from 'node:timers/promises';
import { showOrder } from '../../orders/show-order';
import type { OrderView } from '../../views';
import { CommandProblem } from '../problem';
import type { Session } from '../session';
import { progressOn, type Progress } from './progress';
import { describeStanding, relayStanding } from './relay-standing';

const lookEveryMs = 250;
const stalledMs = 5_000;

export interface FollowOptions {
  /** Until every outcome is known, and not only until all letters are put back. */
  readonly outcomes: boolean;
  readonly silent: boolean;
  readonly signal: AbortSignal;
}

/**
 * Watches an order until it is over.
 *
 * @returns the order as it is then, or undefined when the signal came first: the order goes on.
 */
export async function followOrder(
  session: Session,
  id: string,
  { outcomes, silent, signal }: FollowOptions,
): Promise<OrderView | undefined> {
  const order = await watch(session, id, signal, carrying(session, silent));
  if (order === undefined || !outcomes || isSettled(order)) return order;
  return watch(session, id, signal, settling(session, silent));
}

export const isSettled = ({ outcomes }: OrderView) => outcomes.waiting === 0;

interface Phase {
  readonly progress: Progress;
  readonly at: (order: OrderView) => readonly [value: number, total: number];
  readonly isOver: (order: OrderView) => boolean;
  /** Says something when nothing has moved for a while. */
  readonly stalled?: (order: OrderView) => Promise<string>;
}

function carrying({ terminal, stores }: Session, silent: boolean): Phase {
  return {
    progress: progressOn(terminal, 'carried out', silent),
    at: ({ done, refused, total }) => [Math.min(done + refused, total), total],
    isOver: ({ state }) => state !== 'running',
    stalled: async () =>
      `no progress for ${stalledMs / 1_000} s. ${describeStanding(await relayStanding(stores.database))}`,
  };
}

function settling({ terminal }: Session, silent: boolean): Phase {
  return {
    progress: progressOn(terminal, 'outcome known', silent),
    at: ({ done, outcomes }) => [done - outcomes.waiting, done],
    isOver: isSettled,
  };
}

async function watch(
  { stores }: Session,
  id: string,
  signal: AbortSignal,
  { progress, at, isOver, stalled }: Phase,
): Promise<OrderView | undefined> {
  let moved = { value: -1, atMs: performance.now() };
  let said: string | undefined;
  try {
    for (;;) {
      const order = await showOrder(stores, id);
      if (order === undefined) throw new CommandProblem(`order ${id} is not there`);
      const [value, total] = at(order);
      progress.show(value, total);
      if (isOver(order)) return order;
      const nowMs = performance.now();
      if (value !== moved.value) moved = { value, atMs: nowMs };
      else if (stalled !== undefined && nowMs - moved.atMs >= patienceMs(order)) {
        const line = await stalled(order);
        if (line !== said) progress.note(line);
        said = line;
      }
      if (!(await pause(signal))) return undefined;
    }
  } finally {
    progress.end();
  }
}

/** With a slow rate, nothing moves for a while on purpose. */
function patienceMs({ rate_per_s: rate }: OrderView): number {
  return Math.max(stalledMs, rate === null ? 0 : 3_000 / rate);
}

/** @returns false when the signal has come. */
async function pause(signal: AbortSignal): Promise<boolean> {
  await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
