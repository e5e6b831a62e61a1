import { z } from 'zod';
import type { Database } from './database';
import { DatabaseUnavailable } from './database-error';
import { readSqlMigrations } from './migration-files';

/** One numbered change of the database. Each of its parts may run again after an interruption. */
export type Migration =
  | { readonly kind: 'sql'; readonly name: string; readonly statements: readonly string[] }
  | { readonly kind: 'hash-plain-passwords'; readonly name: string };

/** Every migration in order of its number: the SQL files, and the one that needs bcrypt. */
export function allMigrations(): Migration[] {
  const sql = readSqlMigrations().map((file): Migration => ({ kind: 'sql', ...file }));
  const migrations: Migration[] = [
    ...sql,
    { kind: 'hash-plain-passwords', name: '004-hash-plain-passwords' },
  ];
  return migrations.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Those of the migrations that the database still lacks. @throws DatabaseUnavailable */
export async function pendingMigrations(
  database: Database,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const applied = await appliedNames(database);
  return migrations.filter(({ name }) => !applied.has(name));
}

async function appliedNames(database: Database): Promise<Set<string>> {
  try {
    return namesOf(await database.rows('SELECT `name` FROM `auth_migration`'));
  } catch (error) {
    if (error instanceof DatabaseUnavailable && error.missesTable) return new Set();
    throw error;
  }
}

/** Of rows of the table that records the migrations. */
export function namesOf(rows: readonly unknown[]): Set<string> {
  return new Set(rows.map((row) => z.object({ name: z.string() }).parse(row).name));
}
