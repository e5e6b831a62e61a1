import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface SqlMigration {
  /** File name without its extension, such as `001-user-table`. */
  readonly name: string;
  readonly statements: readonly string[];
}

/** The numbered SQL files, in order. @throws Error when they were not installed with the code. */
export function readSqlMigrations(): SqlMigration[] {
  const folder = findMigrations(__dirname);
  return readdirSync(folder)
    .filter((file) => /^\d{3}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => ({
      name: file.replace(/\.sql$/, ''),
      statements: splitStatements(readFileSync(join(folder, file), 'utf8')),
    }));
}

/**
 * Statements of a file: each ends with a semicolon at the end of a line, and lines that start with
 * `--` are comments. Enough for our own files, and not a parser of SQL.
 */
export function splitStatements(sql: string): string[] {
  const withoutComments = sql.replace(/^\s*--.*$/gm, '');
  return withoutComments
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The compiler does not copy the files, so from `dist/auth` they lie in the sources beside it. */
function findMigrations(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const migrations = join(folder, 'auth', 'migrations');
    if (existsSync(migrations)) return migrations;
    if (folder === dirname(folder)) {
      throw new Error(`expected auth/migrations in ${start} or a folder above it, found none`);
    }
  }
}
