import type { Command } from 'commander';
import { stopOrder } from '../../orders/stop-order';
import { withExamples } from '../examples';
import { addFormatOptions, type FormatOptions } from '../options/format-options';
import { orderLines } from '../printing/order-lines';
import { CommandProblem } from '../problem';
import type { RunVerb, Session } from '../session';

/** `stop`: ends an order early. */
export function addStopVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('stop')
    .description('end an order early; what it has put back stays put back')
    .argument('<order>');
  addFormatOptions(verb).action((id: string, options: FormatOptions) =>
    run((session) => stop(session, id, options)),
  );
  withExamples(verb, 'stop 6730a1b2c3d4e5f601234567');
}

async function stop(session: Session, id: string, { json }: FormatOptions): Promise<undefined> {
  const order = await stopOrder(session.stores, id);
  if (order === undefined) throw new CommandProblem(`no order ${id}; "orders" lists them`);
  session.say(json === true ? JSON.stringify(order, null, 2) : orderLines(order).join('\n'));
  return undefined;
}
