import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies what the builder is sent, so that all builds of a run are of the same sources, whoever
 * edits the checkout meanwhile.
 *
 * @returns the copy
 */
export function copyContext(repository: string, directory: string): string {
  const copy = join(directory, 'context');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8');
  for (const name of ['Dockerfile', '.dockerignore', ...sentNames(ignored)]) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  return copy;
}

/** Of a .dockerignore that begins with everything: the names that are excepted from it. */
export function sentNames(dockerignore: string): string[] {
  const patterns = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns[0] !== '*') throw new Error('.dockerignore: expected * first, and then exceptions');
  return patterns.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}
