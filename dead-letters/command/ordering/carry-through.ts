import type { OrderRequest } from '../../order';
import { placeOrder } from '../../orders/place-order';
import { previewOrder } from '../../orders/preview-order';
import type { Preview } from '../../views';
import { actorOf, type OrderOptions } from '../options/order-options';
import { letters } from '../printing/counts';
import { previewLines } from '../printing/preview-lines';
import { CommandProblem, exitCodes, UsageProblem, type ExitCode } from '../problem';
import type { Session } from '../session';
import { canAsk } from '../terminal';
import { askYesNo } from './ask';
import { followToTheEnd, goesOn } from './follow-to-the-end';
import { listenForInterrupt } from './interruption';
import { requestOf, type Wish } from './request-of';

/**
 * From a wish to its end: shows what it comes to, asks, places the order and follows it. Nothing
 * moves before the order is placed, and from then on it is carried out without us.
 *
 * @throws UsageProblem, CommandProblem, EditFailed
 */
export async function carryThrough(
  session: Session,
  wish: Wish,
  options: OrderOptions,
): Promise<ExitCode> {
  const request = requestOf(wish, options);
  const preview = await previewOrder(session.stores, request);
  const show = () => {
    showPreview(session, request, preview, options);
  };
  const hindrance = hindranceOf(preview, request);
  if (options.dryRun === true) {
    show();
    if (options.json !== true) session.complain(hindrance ?? 'dry run: nothing was changed');
    return hindrance === undefined ? exitCodes.done : exitCodes.problem;
  }
  if (preview.matched === 0 && 'filter' in request.select) {
    if (options.json === true) show();
    else session.say('no dead letters match: nothing to do');
    return exitCodes.done;
  }
  if (hindrance !== undefined) {
    show();
    throw new CommandProblem(hindrance);
  }
  if (preview.matched > 1 || request.edit !== undefined) {
    if (options.json !== true) show();
    if (!(await isConfirmed(session, request, preview, options))) {
      session.complain('nothing was changed');
      return exitCodes.problem;
    }
  }
  return placeAndFollow(session, request, options);
}

function showPreview(
  session: Session,
  { action, edit }: OrderRequest,
  preview: Preview,
  { json }: OrderOptions,
): void {
  if (json === true) session.say(JSON.stringify(preview, null, 2));
  else session.say(previewLines(preview, action, edit !== undefined, session).join('\n'));
}

/** Why it cannot be done as it was asked for. */
function hindranceOf({ matched, plans }: Preview, request: OrderRequest): string | undefined {
  const { refused } = plans;
  const possible = Object.values(plans).reduce((sum, count) => sum + count, 0) - refused;
  if (refused > 0 && possible === 0) return 'none of them can be acted on: nothing was changed';
  if (refused === 0 || request.skip_refused === true) return undefined;
  return `${refused} of ${Math.max(matched, refused + possible)} cannot be acted on, so nothing was changed; --skip-refused leaves them out`;
}

async function isConfirmed(
  session: Session,
  { action }: OrderRequest,
  { matched }: Preview,
  { yes, json }: OrderOptions,
): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !canAsk(session.terminal)) {
    const why = json === true ? 'with --json nobody is asked' : 'there is no terminal to ask at';
    throw new UsageProblem(`expected --yes: ${why}; nothing was changed`);
  }
  return askYesNo(session.terminal, `${action} ${letters(matched)}?`);
}

async function placeAndFollow(
  session: Session,
  request: OrderRequest,
  options: OrderOptions,
): Promise<ExitCode> {
  const { stores, terminal, complain, say } = session;
  // Before the order is there: nobody may leave without hearing that it goes on.
  const interruption = listenForInterrupt(terminal);
  try {
    const order = await placeOrder(stores, request, actorOf(options));
    if (options.json !== true) complain(`order ${order.id} placed`);
    if (options.detach !== true) {
      return await followToTheEnd(session, order.id, options, interruption.signal);
    }
    say(options.json === true ? JSON.stringify(order, null, 2) : goesOn(order.id).join('\n'));
    return exitCodes.done;
  } finally {
    interruption.end();
  }
}
