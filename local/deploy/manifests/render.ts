import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { acmeSolver } from './acme-solver';
import { externalSecrets } from './external-secrets';
import { kustomize } from './kustomize';
import { type KubernetesObject, nameOf } from './model/kubernetes-object';
import type { Rendered, SecretKeys } from './model/rendered';
import { overlaysOf } from './overlays';
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
      const folder = join(repository, 'manifests', overlay);
      const objects = await kustomize(kubectl, folder);
      return { overlay, objects, secrets: await secretsOf(repository, folder, objects) };
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

/** Made by the folder's script, by External Secrets, or by a person as the README says. */
async function secretsOf(
  repository: string,
  folder: string,
  objects: readonly KubernetesObject[],
): Promise<ReadonlyMap<string, SecretKeys>> {
  const script = join(folder, 'create-secrets.sh');
  return new Map([
    ...secretsByHand(repository),
    ...externalSecrets(objects),
    ...(existsSync(script) ? await secretsByScript(script) : []),
  ]);
}
