import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KustomizeRefused, readObjects } from './kustomize';
import { ofKind } from './model/kinds';
import type { KubernetesObject } from './model/kubernetes-object';
import { holdsProduct } from './model/rendered';

/**
 * What a person starts beside an overlay with `kubectl create -f manifests/commands/…`, in that
 * overlay's namespace. Only a folder with the product in it has anything for them to do.
 *
 * @throws KustomizeRefused where a file holds no objects
 */
export function readCommands(
  repository: string,
  objects: readonly KubernetesObject[],
): KubernetesObject[] {
  if (!holdsProduct({ objects })) return [];
  const folder = join(repository, 'manifests/commands');
  const namespace = ofKind(objects, 'Namespace')[0]?.metadata.name;
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readObjects(readFileSync(join(folder, file), 'utf8'), join(folder, file)))
    .map((object) => {
      if (object.metadata.namespace !== undefined) {
        throw new KustomizeRefused(folder, 'expected no namespace: kubectl -n says which');
      }
      return namespace === undefined
        ? object
        : { ...object, metadata: { ...object.metadata, namespace } };
    });
}
