import { ofKind } from './model/kinds';
import type { KubernetesObject } from './model/kubernetes-object';
import type { SecretKeys } from './model/rendered';

/**
 * The Secrets that External Secrets makes of these objects: the keys of the template where there is
 * one, else those that are fetched (external-secrets.io, "ExternalSecret"). With `dataFrom` keys
 * are whatever the store holds, and cannot be known here.
 */
export function externalSecrets(
  objects: readonly KubernetesObject[],
): ReadonlyMap<string, SecretKeys> {
  return new Map(
    ofKind(objects, 'ExternalSecret').map(({ metadata, spec }) => {
      const { template } = spec.target ?? {};
      const templated = Object.entries(template?.data ?? {});
      const fetched = (spec.data ?? []).map(({ secretKey }) => secretKey);
      const keys = new Map<string, string | undefined>();
      if (templated.length === 0 || template?.mergePolicy === 'Merge') {
        for (const key of fetched) keys.set(key, undefined);
      }
      // What the template puts in is a secret; what stands around it is not.
      for (const [key, text] of templated) {
        const isAllSecret = /^\{\{[^}]*\}\}$/.test(text.trim());
        keys.set(key, isAllSecret ? undefined : text.replaceAll(/\{\{[^}]*\}\}/g, 'x'));
      }
      return [spec.target?.name ?? metadata.name, keys];
    }),
  );
}
