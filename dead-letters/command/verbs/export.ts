import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Selection } from '../../selection';
import { exportLetters } from '../../transfer/export-letters';
import { withExamples } from '../examples';
import { filterOf } from '../options/filter-options';
import { addChoice, chooseLetters, type ChoiceOptions } from '../ordering/choose-letters';
import { letters } from '../printing/counts';
import { CommandProblem } from '../problem';
import type { RunVerb, Session } from '../session';

interface ExportOptions extends ChoiceOptions {
  readonly force?: true;
}

/** `export`: letters with all their bytes into a file. */
export function addExportVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('export')
    .description('write dead letters with all their bytes to a file, one a line (NDJSON)')
    .argument('<file>', '"-": standard output');
  addChoice(verb)
    .option('--force', 'write over a file that is there')
    .action((file: string, ids: string[], options: ExportOptions) =>
      run((session) => exportTo(session, file, ids, options)),
    );
  withExamples(
    verb,
    'export letters.ndjson',
    'export one.ndjson 3fa9',
    'export - --queue video --state any | gzip > letters.ndjson.gz',
  );
}

async function exportTo(
  session: Session,
  file: string,
  ids: readonly string[],
  options: ExportOptions,
): Promise<undefined> {
  const { stores, terminal, complain } = session;
  const select = await selectionOf(session, ids, options);
  let count = 0;
  const lines = async function* () {
    for await (const line of exportLetters(stores, select)) {
      yield line;
      count += 1;
    }
  };
  if (file === '-') await toStream(lines(), terminal.stdout);
  else await toFile(lines(), file, options.force === true);
  complain(`${letters(count)} exported`);
  return undefined;
}

/** Taking a copy changes nothing, so without a word all open ones are meant. */
function selectionOf(
  { stores }: Session,
  ids: readonly string[],
  options: ExportOptions,
): Promise<Selection> | Selection {
  return ids.length === 0 ? { filter: filterOf(options) } : chooseLetters(stores, ids, options);
}

async function toStream(lines: AsyncIterable<string>, out: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(Readable.from(lines), out, { end: false });
  } catch (error) {
    // The reader has what it wanted, as with `| head`.
    if (!(Error.isError(error) && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

/** Half a file would look like a whole one, so it goes when something fails. */
async function toFile(lines: AsyncIterable<string>, file: string, force: boolean): Promise<void> {
  // Bodies hold addresses: for its owner's eyes.
  const out = createWriteStream(file, { flags: force ? 'w' : 'wx', mode: 0o600, flush: true });
  try {
    await pipeline(Readable.from(lines), out);
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') {
      throw new CommandProblem(`${file} is there already; --force writes over it`, {
        cause: error,
      });
    }
    if (out.bytesWritten > 0 || !out.pending) await rm(file, { force: true });
    if (typeof code === 'string' && Error.isError(error) && 'syscall' in error) {
      throw new CommandProblem(`cannot write ${file}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
