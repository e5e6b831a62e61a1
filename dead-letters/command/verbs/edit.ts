import { Option, type Command } from 'commander';
import { withExamples } from '../examples';
import { addOrderOptions, addWaitOption, type OrderOptions } from '../options/order-options';
import { carryThrough } from '../ordering/carry-through';
import { chooseLetters } from '../ordering/choose-letters';
import { editLetter } from '../ordering/edit-letter';
import { parseMessage } from '../reading/parse-message';
import { readInput } from '../reading/read-input';
import { UsageProblem, type ExitCode } from '../problem';
import type { RunVerb, Session } from '../session';
import { canAsk } from '../terminal';

interface EditOptions extends OrderOptions {
  readonly message?: string;
  readonly set?: string;
}

/** `edit`: changes messages, then puts them back. */
export function addEditVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('edit')
    .description(
      'change messages, shown first and checked by their schema, and put them back; without --message and --set, one opens in $EDITOR',
    );
  addWaitOption(addOrderOptions(verb))
    .addOption(
      new Option(
        '--message <file>',
        'the whole message of one letter anew; "-": standard input',
      ).conflicts('set'),
    )
    .option('--set <expression>', 'JSONata: an object whose fields are laid over each message')
    .action((ids: string[], options: EditOptions) => run((session) => edit(session, ids, options)));
  withExamples(
    verb,
    "edit 3fa9 --reason 'typo in the address'",
    "edit 3fa9 --message mended.json --reason 'typo in the address'",
    `edit --group 'mp3/send-mail/MailRefused' --set '{"username": $replace(username, "@old.", "@new.")}' --dry-run`,
    `edit --job 6730a1b2c3d4e5f601234567 --set '{"options": {"quality": {"kind": "cbr", "kbps": 128}}}' --reason 'smaller' --yes`,
  );
}

async function edit(
  session: Session,
  ids: readonly string[],
  options: EditOptions,
): Promise<ExitCode> {
  const { stores, terminal } = session;
  const select = await chooseLetters(stores, ids, options);
  const { set, message } = options;
  if (set !== undefined) {
    return carryThrough(session, { action: 'replay', select, edit: { expression: set } }, options);
  }
  const [id, ...more] = 'ids' in select ? select.ids : [];
  if (id === undefined || more.length > 0) {
    throw new UsageProblem('expected one id, or --set with an expression for many');
  }
  if (message !== undefined) {
    const text = await readInput(terminal, message);
    const edit = { message: parseMessage(text) };
    return carryThrough(session, { action: 'replay', select, edit }, options);
  }
  if (!canAsk(terminal)) {
    throw new UsageProblem('expected --message or --set: there is no terminal for an editor');
  }
  return editLetter(session, id, options);
}
