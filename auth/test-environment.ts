import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { testSecret } from './test-tokens';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

/** For the suites of this folder: a database, and the entry points as real processes. */
export interface DatabaseAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Environment of a process that uses this database. Cost 4 is bcrypt's least: tests hash a lot. */
export function authEnvironment(
  access: DatabaseAccess,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    MYSQL_HOST: access.host,
    MYSQL_PORT: String(access.port),
    MYSQL_USER: access.user,
    MYSQL_PASSWORD: access.password,
    MYSQL_DB: access.database,
    JWT_SECRET: testSecret,
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    BCRYPT_COST: '4',
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    ...more,
  };
}

export type EntryPoint = 'main' | 'migrate-main' | 'users-main';

/** Starts an entry point as `npm run` does: compiled, in a process of its own. */
export function spawnEntryPoint(
  entryPoint: EntryPoint,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [compiled(entryPoint), ...words], { env: { ...environment } });
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Feeds standard input and waits for the end. */
export async function ended(child: ChildProcessWithoutNullStreams, stdin = ''): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // It may end without reading all of it.
  child.stdin.end(stdin);
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout, stderr };
}

export function compiled(entryPoint: EntryPoint): string {
  const file = join(__dirname, '..', 'dist', 'auth', `${entryPoint}.js`);
  if (!existsSync(file)) throw new Error(`expected ${file}; compile first: npm run build`);
  return file;
}

/** The table as the tutorial's `init.sql` makes it. */
export async function createTutorialTable(
  access: DatabaseAccess,
  users: readonly (readonly [email: string, password: string])[],
  charset: 'latin1' | 'utf8mb4' = 'utf8mb4',
): Promise<void> {
  await withConnection(access, async (connection) => {
    await connection.query(
      'CREATE TABLE user (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, ' +
        'email VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(255) NOT NULL) ' +
        `CHARACTER SET ${charset}`,
    );
    for (const user of users) {
      await connection.execute('INSERT INTO user (email, password) VALUES (?, ?)', [...user]);
    }
  });
}

export async function queryRows(
  access: DatabaseAccess,
  sql: string,
  values: readonly string[] = [],
): Promise<RowDataPacket[]> {
  return withConnection(access, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows;
  });
}

export async function withConnection<Result>(
  access: DatabaseAccess,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await createConnection({ ...access });
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
}

/** Looks again and again until a condition holds. @throws Error when it does not in 20 seconds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  while (!(await holds())) {
    if (deadline.aborted) throw new Error(`waited in vain for: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
