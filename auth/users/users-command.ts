import { Argument, Command, CommanderError } from 'commander';
import { ConfigError } from '../../observability/config';
import { DatabaseUnavailable } from '../database-error';
import { rights, type Right } from '../user-table';
import { addUser, type NewUserRights } from './add-user';
import { changePassword, removeUser, renameUser, setRight } from './change-user';
import { listUsers } from './list-users';
import { UsersProblem } from './problem';
import { withSession, type UsersTerminal } from './session';

export const exitCodes = { done: 0, problem: 1, usage: 2 } as const;

/**
 * The `users` command: what the tutorial does in SQL.
 * @param words The command line without program and script.
 * @returns The exit code. A problem that a person can mend has been said on standard error.
 */
export async function usersCommand(
  words: readonly string[],
  terminal: UsersTerminal,
): Promise<number> {
  try {
    await describeCommand(terminal).parseAsync(words, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    // Commander has written its message, or the help that was asked for.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    if (isForAPerson(error)) {
      terminal.stderr.write(`${error.message}\n`);
      return exitCodes.problem;
    }
    throw error;
  }
}

/** Its message says all there is to say; a stack would only hide it. */
function isForAPerson(error: unknown): error is Error {
  return (
    error instanceof UsersProblem ||
    error instanceof DatabaseUnavailable ||
    error instanceof ConfigError
  );
}

function describeCommand(terminal: UsersTerminal): Command {
  const program = new Command('users')
    .description('The users of the auth service.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .addHelpText(
      'after',
      [
        '',
        'A password is asked for at a terminal, or read from standard input:',
        '  users add listener@example.com < password-file',
        'The database is the one of MYSQL_HOST, MYSQL_USER, MYSQL_PASSWORD and MYSQL_DB.',
        'Exit codes: 0 done, 1 not done and the reason on standard error, 2 wrong usage.',
      ].join('\n'),
    );

  program
    .command('add')
    .description('add a user')
    .argument('<email>')
    .option('--operator', 'may operate the queues', false)
    .option('--no-admin', 'may log in, but not upload and download')
    .action((email: string, given: NewUserRights) =>
      withSession(terminal, (session) => addUser(session, email, given)),
    );
  program
    .command('list')
    .description('list the users')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) =>
      withSession(terminal, (session) => listUsers(session, json)),
    );
  program
    .command('passwd')
    .description('set a new password')
    .argument('<email>')
    .action((email: string) => withSession(terminal, (session) => changePassword(session, email)));
  program
    .command('rename')
    .description(
      'give a user another address; files stay theirs, except those of bare messages, which know only the address',
    )
    .argument('<email>')
    .argument('<new-email>')
    .action((from: string, to: string) =>
      withSession(terminal, (session) => renameUser(session, from, to)),
    );
  addRightVerb(program, 'grant', 'give a right: admin (may use the service) or operator', true);
  addRightVerb(program, 'revoke', 'take a right away', false);
  program
    .command('remove')
    .description('remove a user')
    .argument('<email>')
    .action((email: string) => withSession(terminal, (session) => removeUser(session, email)));
  return program;

  function addRightVerb(parent: Command, name: string, description: string, granted: boolean) {
    parent
      .command(name)
      .description(description)
      .argument('<email>')
      .addArgument(new Argument('<right>').choices(rights))
      .action((email: string, right: Right) =>
        withSession(terminal, (session) => setRight(session, email, right, granted)),
      );
  }
}
