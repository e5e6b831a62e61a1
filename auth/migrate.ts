import { createHash } from 'node:crypto';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { Logger } from '../observability/logger';
import { collidingAddresses } from './colliding-addresses';
import type { UserTableConfig } from './config';
import { connectionOptions } from './database';
import { codeOf, DatabaseUnavailable } from './database-error';
import { hashPlainPasswords } from './hash-plain-passwords';
import { allMigrations, namesOf, type Migration } from './migrations';
import { Passwords } from './passwords';

/** A migration stopped half-way; running it again goes on from there. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
  constructor(migration: string, cause: unknown, advice: string) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    super(`migration ${migration}: ${detail}; ${advice}, then run the migration again`, { cause });
  }
}

/**
 * Brings the database up to date and returns the names of what it applied. Any number of
 * processes may call it at once, and it may be killed at any time and run again.
 *
 * @throws DatabaseUnavailable when there is no connection; MigrationFailed after that.
 */
export async function migrate(config: UserTableConfig, logger: Logger): Promise<string[]> {
  const connection = await createConnection(connectionOptions(config)).catch((error: unknown) => {
    throw new DatabaseUnavailable(config, error);
  });
  // Without a listener an error between two queries ends the process; the next query reports it.
  connection.on('error', () => undefined);
  try {
    // The servers' defaults are a day (MariaDB) and a year (MySQL).
    await connection.query('SET SESSION lock_wait_timeout = 60');
    await takeLock(connection, config.mysqlDatabase, logger);
    await connection.query(recordTable);
    const applied = await appliedNames(connection);
    const pending = allMigrations().filter(({ name }) => !applied.has(name));
    const passwords = new Passwords(config.bcryptCost);
    for (const migration of pending) {
      await apply(migration, connection, passwords, logger);
      await connection.execute('INSERT INTO `auth_migration` (`name`) VALUES (?)', [
        migration.name,
      ]);
      logger.info({ migration: migration.name }, 'migration applied');
    }
    return pending.map(({ name }) => name);
  } finally {
    // The server gives the lock back with the connection, which may be gone already.
    await connection.end().catch(() => {
      connection.destroy();
    });
  }
}

const recordTable =
  'CREATE TABLE IF NOT EXISTS `auth_migration` (' +
  '`name` VARCHAR(100) PRIMARY KEY, `applied_at` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP' +
  ') DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Waits as long as another process migrates the same database; the lock dies with its holder. */
async function takeLock(connection: Connection, database: string, logger: Logger): Promise<void> {
  // Lock names are shared by the whole server and at most 64 characters long.
  const name = `auth-migration-${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
  for (;;) {
    const [rows] = await connection.execute<RowDataPacket[]>('SELECT GET_LOCK(?, 10) AS `taken`', [
      name,
    ]);
    const taken = z.object({ taken: z.number() }).parse(rows[0]).taken;
    if (taken === 1) return;
    logger.info('waiting for another process that migrates this database');
  }
}

async function appliedNames(connection: Connection): Promise<Set<string>> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT `name` FROM `auth_migration`');
  return namesOf(rows);
}

async function apply(
  migration: Migration,
  connection: Connection,
  passwords: Passwords,
  logger: Logger,
): Promise<void> {
  try {
    switch (migration.kind) {
      case 'sql':
        for (const statement of migration.statements) await applyStatement(connection, statement);
        return;
      case 'hash-plain-passwords':
        await hashPlainPasswords(connection, passwords, logger);
        return;
    }
  } catch (error) {
    throw new MigrationFailed(migration.name, error, await adviceOn(error, connection));
  }
}

async function adviceOn(error: unknown, connection: Connection): Promise<string> {
  const code = codeOf(error);
  if (code === 'ER_DUP_ENTRY') {
    const groups = (await collidingAddresses(connection)).join('; ');
    return `addresses may not differ in case or accents only: rename or delete one of ${groups}`;
  }
  if (code === 'ER_LOCK_WAIT_TIMEOUT') {
    return 'another connection keeps the table locked: stop the old auth service';
  }
  return 'mend the cause';
}

/**
 * DDL commits by itself, so a run that was killed leaves statements applied but not recorded. Each
 * of our statements changes one thing; finding that thing done is success.
 */
async function applyStatement(connection: Connection, statement: string): Promise<void> {
  try {
    await connection.query(statement);
  } catch (error) {
    if (!alreadyDone.has(codeOf(error) ?? '')) throw error;
  }
}

const alreadyDone = new Set(['ER_DUP_FIELDNAME', 'ER_DUP_KEYNAME', 'ER_CANT_DROP_FIELD_OR_KEY']);
