import { listAudit } from '../../audit/list-audit';
import type { OrderView } from '../../views';
import { called } from '../examples';
import type { OrderOptions } from '../options/order-options';
import { orderLines } from '../printing/order-lines';
import { printableLine } from '../printing/printable';
import { exitCodes, type ExitCode } from '../problem';
import type { Session } from '../session';
import { followOrder } from './follow-order';

/** Follows an order that is placed, and says what it came to. @param signal of leaving it alone. */
export async function followToTheEnd(
  session: Session,
  id: string,
  options: Pick<OrderOptions, 'json' | 'wait' | 'skipRefused'>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { complain, say } = session;
  let order: OrderView | undefined;
  try {
    order = await followOrder(session, id, {
      outcomes: options.wait === true,
      silent: options.json === true,
      signal,
    });
  } catch (error) {
    complain(goesOn(id).join('\n'));
    throw error;
  }
  if (order === undefined) {
    complain(goesOn(id).join('\n'));
    return exitCodes.interrupted;
  }
  if (options.json === true) say(JSON.stringify(order, null, 2));
  else {
    say(orderLines(order).join('\n'));
    await sayRefused(session, order);
  }
  const incomplete = order.refused > 0 && options.skipRefused !== true;
  const diedAgain = options.wait === true && order.outcomes['died-again'] > 0;
  return incomplete || diedAgain || order.state === 'stopped' ? exitCodes.problem : exitCodes.done;
}

/** What becomes of an order that nobody watches. */
export const goesOn = (id: string) => [
  'The order goes on without this command.',
  `Follow it: ${called} orders ${id} --wait`,
  `Stop it:   ${called} stop ${id}`,
];

const shown = 20;

async function sayRefused({ stores, say }: Session, { id, refused }: OrderView): Promise<void> {
  if (refused === 0) return;
  const { entries } = await listAudit(stores, { order: id, result: 'refused' }, { limit: shown });
  for (const { letter, note } of entries) {
    say(`  ${letter}  refused: ${printableLine(note)}`);
  }
}
