import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The first of these programs on a search path; undefined when there is none. */
export function findProgram(searchPath: string, ...names: readonly string[]): string | undefined {
  const directories = searchPath.split(':');
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
