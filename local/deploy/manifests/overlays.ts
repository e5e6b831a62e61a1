import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that somebody applies, below `manifests/`. */
export function overlaysOf(repository: string): string[] {
  const folder = join(repository, 'manifests/overlays');
  const overlays = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, 'kustomization.yaml')))
        .sort()
        .map((name) => `overlays/${name}`)
    : [];
  return [...overlays, 'monitoring'];
}
