import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { importLetters } from '../../transfer/import-letters';
import { mostLineBytes, splitLines } from '../../transfer/split-lines';
import { called, withExamples } from '../examples';
import { addFormatOptions, type FormatOptions } from '../options/format-options';
import { actorOf, addActorOption } from '../options/order-options';
import { unreadable } from '../reading/read-input';
import { letters } from '../printing/counts';
import { CommandProblem, UsageProblem } from '../problem';
import type { RunVerb, Session } from '../session';

interface ImportOptions extends FormatOptions {
  readonly reason?: string;
  readonly actor?: string;
}

/** `import`: files letters again that were exported. */
export function addImportVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('import')
    .description('put exported dead letters on file again, as open; known ones stay as they are')
    .argument('<file>', '"-": standard input')
    .option('--reason <text>', 'why; required, stands in the audit');
  addFormatOptions(addActorOption(verb)).action((file: string, options: ImportOptions) =>
    run((session) => importFrom(session, file, options)),
  );
  withExamples(
    verb,
    "import letters.ndjson --reason 'from the old database'",
    "import - --reason 'from the old database' < letters.ndjson",
  );
}

async function importFrom(
  session: Session,
  file: string,
  options: ImportOptions,
): Promise<undefined> {
  const { stores, terminal, say, complain } = session;
  const reason = options.reason?.trim() ?? '';
  if (reason === '') throw new UsageProblem("expected --reason 'why': it stands in the audit");
  const by = { actor: actorOf(options), reason };
  const input = file === '-' ? terminal.stdin : await openFile(file);
  const lines = splitLines(input, mostLineBytes, tooLong);
  const imported = await importLetters(stores, lines, by);
  if (options.json === true) say(JSON.stringify(imported, null, 2));
  else {
    say(`${letters(imported.filed)} filed, ${imported.known} known already`);
    complain(`each one: ${called} audit --order ${imported.order}`);
  }
  return undefined;
}

const tooLong = (limitBytes: number) =>
  new CommandProblem(`a line is longer than ${limitBytes} bytes; expected one dead letter a line`);

async function openFile(file: string): Promise<NodeJS.ReadableStream> {
  try {
    return (await open(file)).createReadStream();
  } catch (error) {
    throw unreadable(file, error);
  }
}
