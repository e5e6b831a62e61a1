import { Command, CommanderError } from 'commander';
import { ConfigError } from '../../observability/config';
import { EditFailed } from '../edit/apply-edit';
import { UnknownLetter } from '../looking/find-letter-id';
import { InvalidCursor } from '../page-cursor';
import { OrderRefused } from '../orders/place-order';
import { InvalidImport } from '../transfer/invalid-import';
import { called } from './examples';
import { CommandProblem, exitCodes, UsageProblem, type ExitCode } from './problem';
import { withSession, type RunVerb } from './session';
import type { Terminal } from './terminal';
import { addAuditVerb } from './verbs/audit';
import { addDiscardVerb } from './verbs/discard';
import { addEditVerb } from './verbs/edit';
import { addExportVerb } from './verbs/export';
import { addGroupsVerb } from './verbs/groups';
import { addImportVerb } from './verbs/import';
import { addListVerb } from './verbs/list';
import { addOrdersVerb } from './verbs/orders';
import { addParkVerb } from './verbs/park';
import { addReplayVerb } from './verbs/replay';
import { addShowVerb } from './verbs/show';
import { addStopVerb } from './verbs/stop';
import { addUnparkVerb } from './verbs/unpark';

/** In the order of `--help`: look, act, carry over, look back. */
const verbs = [
  addGroupsVerb,
  addListVerb,
  addShowVerb,
  addReplayVerb,
  addEditVerb,
  addDiscardVerb,
  addParkVerb,
  addUnparkVerb,
  addExportVerb,
  addImportVerb,
  addOrdersVerb,
  addStopVerb,
  addAuditVerb,
] as const;

/**
 * `npm run dead-letters -- …`: dead letters seen and acted on from a terminal.
 *
 * @param words The command line without program and script.
 * @returns The exit code. A problem that a person can mend has been said on standard error.
 */
export async function deadLettersCommand(
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = describeCommand(terminal, async (verb) => {
    exitCode = await withSession(terminal, verb);
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its message, or the help that was asked for.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    if (!isForAPerson(error)) throw error;
    terminal.stderr.write(`dead-letters: ${error.message}\n`);
    return error instanceof UsageProblem ? exitCodes.usage : exitCodes.problem;
  }
}

const problems = [
  CommandProblem,
  UsageProblem,
  ConfigError,
  UnknownLetter,
  InvalidCursor,
  InvalidImport,
  OrderRefused,
  EditFailed,
] as const;

/** Its message says all there is to say; a stack would only hide it. */
function isForAPerson(error: unknown): error is Error {
  return problems.some((problem) => error instanceof problem);
}

function describeCommand({ stdout, stderr }: Terminal, run: RunVerb): Command {
  const program = new Command('dead-letters')
    .description('Dead letters: find out why, mend, replay, and know how it ended.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .addHelpText(
      'after',
      [
        '',
        'From a failure to its end:',
        `  ${called} groups                       what kinds of failures there are`,
        `  ${called} show ID                      why, every attempt, what to type next`,
        `  ${called} replay ID --dry-run          what would happen`,
        `  ${called} replay ID --reason '…' --wait`,
        `  ${called} audit                        who did what, and how it ended`,
        '',
        "An ID is the beginning of a dead letter's id, or a job id. `VERB --help` has examples.",
        'The database is the one of MONGO_URL and JOBS_DATABASE; the relay carries orders out.',
        'Exit codes: 0 done, 1 not done or died again, 2 wrong usage, 130 left with Ctrl-C.',
      ].join('\n'),
    );
  for (const addVerb of verbs) addVerb(program, run);
  return program;
}
