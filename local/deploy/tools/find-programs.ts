import { findProgram } from '../../servers/find-program';

/** Every program of this name on a search path, in its order. */
export function findPrograms(searchPath: string, name: string): string[] {
  return searchPath.split(':').flatMap((directory) => findProgram(directory, name) ?? []);
}
