import { Option, type Command } from 'commander';
import { listOrders, showOrder } from '../../orders/show-order';
import type { OrderView } from '../../views';
import { withExamples } from '../examples';
import { addFormatOptions, type FormatOptions } from '../options/format-options';
import { followToTheEnd } from '../ordering/follow-to-the-end';
import { listenForInterrupt } from '../ordering/interruption';
import { orderLines, outcomeCounts } from '../printing/order-lines';
import { renderTable, type Column } from '../printing/table';
import { ago } from '../printing/times';
import { CommandProblem, type ExitCode } from '../problem';
import type { RunVerb, Session } from '../session';

interface OrdersOptions extends FormatOptions {
  readonly wait?: true;
}

/** `orders`: what was ordered last and how far it is. */
export function addOrdersVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('orders')
    .description('the last orders and how far they are, newest first; or one of them')
    .argument('[order]')
    .addOption(new Option('--wait', 'follow the order until every outcome is known'));
  addFormatOptions(verb).action((id: string | undefined, options: OrdersOptions) =>
    run((session) => (id === undefined ? orders(session, options) : one(session, id, options))),
  );
  withExamples(verb, 'orders', 'orders 6730a1b2c3d4e5f601234567 --wait', 'orders --json');
}

async function orders(session: Session, { json }: OrdersOptions): Promise<undefined> {
  const found = await listOrders(session.stores);
  if (json === true) session.say(JSON.stringify({ orders: found }, null, 2));
  else if (found.length === 0) session.say('no orders yet');
  else session.say(renderTable(columns, found.map(cells), session));
  return undefined;
}

async function one(
  session: Session,
  id: string,
  options: OrdersOptions,
): Promise<ExitCode | undefined> {
  const order = await showOrder(session.stores, id);
  if (order === undefined) throw new CommandProblem(`no order ${id}; "orders" lists them`);
  if (options.wait === true) {
    const interruption = listenForInterrupt(session.terminal);
    const following = { ...options, skipRefused: true } as const;
    return followToTheEnd(session, id, following, interruption.signal).finally(interruption.end);
  }
  session.say(
    options.json === true ? JSON.stringify(order, null, 2) : orderLines(order).join('\n'),
  );
  return undefined;
}

const columns: readonly Column[] = [
  { head: 'order' },
  { head: 'placed' },
  { head: 'action' },
  { head: 'state' },
  { head: 'done' },
  { head: 'refused', spare: true },
  { head: 'outcomes', least: 12, spare: true },
  { head: 'reason', least: 12, spare: true },
  { head: 'actor', least: 10, spare: true },
];

function cells(order: OrderView): (string | number)[] {
  const { id, placed_at, action, edit, state, done, total, refused, reason, actor } = order;
  return [
    id,
    ago(placed_at),
    edit === null ? action : `edit, ${action}`,
    state,
    `${done} of ${total}`,
    refused,
    outcomeCounts(order) || '-',
    reason,
    actor,
  ];
}
