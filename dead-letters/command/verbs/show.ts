import type { Command } from 'commander';
import { findLetterId } from '../../looking/find-letter-id';
import { showLetter } from '../../looking/show-letter';
import { withExamples } from '../examples';
import { addFormatOptions, type FormatOptions } from '../options/format-options';
import { letterLines } from '../printing/letter/letter-lines';
import { CommandProblem } from '../problem';
import type { RunVerb, Session } from '../session';

/** `show`: one letter, from what died to what to do next. */
export function addShowVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('show')
    .description('everything about one dead letter, and what to do next')
    .argument('<id>', 'the beginning of its id, or a job id');
  addFormatOptions(verb).action((id: string, options: FormatOptions) =>
    run((session) => show(session, id, options)),
  );
  withExamples(verb, 'show 3fa9', 'show 6730a1b2c3d4e5f601234567', 'show 3fa9 --json');
}

async function show(session: Session, prefix: string, { json }: FormatOptions): Promise<undefined> {
  const { stores, say } = session;
  const id = await findLetterId(stores, prefix);
  const letter = await showLetter(stores, id);
  if (letter === undefined) throw new CommandProblem(`dead letter ${id} is not there any more`);
  say(json === true ? JSON.stringify(letter, null, 2) : letterLines(letter, session).join('\n'));
  return undefined;
}
