import { z } from 'zod';
import type { DatabaseConfig } from './config';

/** The database cannot do what it is there for: gone, refusing us, or not migrated. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  constructor(config: DatabaseConfig, cause: unknown) {
    const place = `${config.mysqlDatabase} at ${config.mysqlHost}:${config.mysqlPort}`;
    const advice = adviceFor[codeOf(cause) ?? ''] ?? 'is the server well?';
    super(`cannot use the database ${place}: ${messageOf(cause)}; ${advice}`, { cause });
  }

  /** Whether it is there, but nobody has run the migration. */
  get missesTable(): boolean {
    return codeOf(this.cause) === 'ER_NO_SUCH_TABLE';
  }
}

const serverAway = 'is the server running, and are MYSQL_HOST and MYSQL_PORT right?';
const adviceFor: Readonly<Record<string, string>> = {
  ECONNREFUSED: serverAway,
  ENOTFOUND: serverAway,
  ETIMEDOUT: serverAway,
  ER_ACCESS_DENIED_ERROR: 'are MYSQL_USER and MYSQL_PASSWORD right?',
  ER_DBACCESS_DENIED_ERROR: 'grant MYSQL_USER all rights on it, and is MYSQL_DB right?',
  ER_BAD_DB_ERROR: 'create it, or is MYSQL_DB wrong?',
  ER_NO_SUCH_TABLE: 'run the auth migration',
  ER_BAD_FIELD_ERROR: 'run the auth migration',
};

/** A unique value exists already. */
export class DuplicateValue extends Error {
  override readonly name = 'DuplicateValue';
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/** mysql2's error code, such as `ER_DUP_ENTRY` or `ECONNREFUSED`. */
export function codeOf(error: unknown): string | undefined {
  return codedError.safeParse(error).data?.code;
}
const codedError = z.object({ code: z.string() });

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // With several addresses for a host, Node's connection error has an empty message.
  return error.message || (codeOf(error) ?? error.name);
}
