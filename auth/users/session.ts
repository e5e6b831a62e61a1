import { loadUserTableConfig } from '../config';
import { Database } from '../database';
import { Passwords } from '../passwords';
import { UserTable } from '../user-table';
import type { PasswordInput } from './password-input';

/** What a verb of the command works with. */
export interface UsersSession {
  readonly users: UserTable;
  readonly passwords: Passwords;
  readonly input: PasswordInput;
  /** Writes one result to standard output. */
  readonly say: (line: string) => void;
  readonly color: boolean;
}

/** The process the command runs in. */
export interface UsersTerminal extends PasswordInput {
  readonly stdout: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs one verb with the database open. @throws ConfigError, and what the verb throws. */
export async function withSession(
  terminal: UsersTerminal,
  verb: (session: UsersSession) => Promise<void>,
): Promise<void> {
  const { environment, stdout } = terminal;
  const config = loadUserTableConfig('users', environment);
  const database = new Database(config);
  try {
    await verb({
      users: new UserTable(database),
      passwords: new Passwords(config.bcryptCost),
      input: terminal,
      say: (line) => stdout.write(`${line}\n`),
      // no-color.org: any value but the empty one turns colour off.
      color: stdout.isTTY && (environment['NO_COLOR'] ?? '') === '',
    });
  } finally {
    await database.close();
  }
}
