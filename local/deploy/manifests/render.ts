import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { acmeSolver } from './acme-solver';
import { externalSecrets } from './external-secrets';
import { kustomize } from './kustomize';
import { ofKind } from './model/kinds';
import { type KubernetesObject, nameOf } from './model/kubernetes-object';
import type { Rendered, SecretKeys } from './model/rendered';
import { overlaysOf } from './overlays';
import { readCommands } from './read-commands';
import { secretsByHand } from './secrets-by-hand';
import { secretsByScript } from './secrets-by-script';

/**
 * Every folder that somebody applies, as kustomize renders it.
 *
 * @throws KustomizeRefused, and Error with what the script that makes the Secrets complained of
 */
export async function renderAll(kubectl: string, repository: string): Promise<Rendered[]> {
  const folders = await Promise.all(
    overlaysOf(repository).map(async (overlay) => {
      const applied = await kustomize(kubectl, join(repository, 'manifests', overlay));
      const objects = [...applied, ...readCommands(repository, applied)];
      return { overlay, objects, secrets: await secretsOf(repository, overlay, objects) };
    }),
  );
  const alone = folders.find(({ overlay }) => overlay === 'monitoring')?.objects ?? [];
  return folders.map((folder) => ({
    ...folder,
    beside: [
      // Some overlays have it in them.
      ...alone.filter((one) => !folder.objects.some((own) => nameOf(own) === nameOf(one))),
      ...acmeSolver(folder.objects),
    ],
  }));
}

/**
 * Made by the folder's script and by External Secrets. A person makes those of the README only where
 * there is no External Secrets: beside it, each that nothing fetches is one that was forgotten.
 */
export async function secretsOf(
  repository: string,
  overlay: string,
  objects: readonly KubernetesObject[],
): Promise<ReadonlyMap<string, SecretKeys>> {
  const script = join(repository, 'manifests', overlay, 'create-secrets.sh');
  const hasStore = ofKind(objects, 'ExternalSecret').length > 0;
  return new Map([
    ...(hasStore ? [] : secretsByHand(repository)),
    ...externalSecrets(objects),
    ...(existsSync(script) ? await secretsByScript(script) : []),
  ]);
}
