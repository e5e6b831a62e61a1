import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretKeys } from './model/rendered';

/** Rows of manifests/README.md's table of Secrets that a person makes: name, then keys. */
export function secretsByHand(repository: string): ReadonlyMap<string, SecretKeys> {
  const lines = readFileSync(join(repository, 'manifests/README.md'), 'utf8').split('\n');
  const heading = lines.findIndex((line) => /^\| Secret +\| keys +\|/.test(line));
  if (heading < 0) return new Map();
  const rows = lines.slice(heading + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return new Map(
    rows.slice(0, end).map((row) => {
      const [, name = '', keys = ''] = row.split('|');
      return [wordsIn(name)[0] ?? '', new Map(wordsIn(keys).map((key) => [key, undefined]))];
    }),
  );
}

const wordsIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '');
