import { join } from 'node:path';

/** Where the engine keeps images, so that one part finds what another has built. One at a time uses it. */
export function engineDirectory(repository: string): string {
  return join(repository, '.local/deploy/engine');
}
