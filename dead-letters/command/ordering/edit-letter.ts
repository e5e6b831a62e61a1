import { isDeepStrictEqual } from 'node:util';
import { previewOrder } from '../../orders/preview-order';
import { showLetter } from '../../looking/show-letter';
import type { OrderOptions } from '../options/order-options';
import { printableLine } from '../printing/printable';
import { CommandProblem, exitCodes, UsageProblem, type ExitCode } from '../problem';
import type { Session } from '../session';
import { askYesNo } from './ask';
import { carryThrough } from './carry-through';
import { editInEditor } from '../reading/edit-in-editor';
import { parseMessage, type Message } from '../reading/parse-message';
import type { Wish } from './request-of';

/** Opens one letter's message in the editor, until it is a message or the person has enough. */
export async function editLetter(
  session: Session,
  id: string,
  options: OrderOptions,
): Promise<ExitCode> {
  if (options.reason === undefined && options.dryRun !== true) {
    throw new UsageProblem("expected --reason 'why': it stands in the audit");
  }
  const letter = await showLetter(session.stores, id);
  if (letter === undefined) throw new CommandProblem(`dead letter ${id} is not there any more`);
  const before = letter.message ?? {};
  let text = `${JSON.stringify(before, null, 2)}\n`;
  for (;;) {
    text = await editInEditor(session.terminal, text);
    const tried = await tryEdit(session, id, text);
    if ('wish' in tried) {
      if (isDeepStrictEqual(tried.message, before)) {
        session.complain('nothing was changed in it, so nothing was done');
        return exitCodes.done;
      }
      return carryThrough(session, tried.wish, options);
    }
    session.complain(printableLine(tried.problem));
    if (!(await askYesNo(session.terminal, 'edit it again?', 'y'))) {
      session.complain('nothing was changed');
      return exitCodes.problem;
    }
  }
}

type Tried = { readonly wish: Wish; readonly message: Message } | { readonly problem: string };

async function tryEdit({ stores }: Session, id: string, text: string): Promise<Tried> {
  try {
    const message = parseMessage(text);
    const wish: Wish = { action: 'replay', select: { ids: [id] }, edit: { message } };
    const { refused } = await previewOrder(stores, wish);
    const [first] = refused;
    return first === undefined ? { wish, message } : { problem: first.problem };
  } catch (error) {
    if (error instanceof CommandProblem) return { problem: error.message };
    throw error;
  }
}
