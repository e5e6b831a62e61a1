import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from './model/kubernetes-object';

/** Packages with the models of an API group each, and of the resources of its operator. */
const packages = [
  'kubernetes-models',
  '@kubernetes-models/keda',
  '@kubernetes-models/prometheus-operator',
  '@kubernetes-models/external-secrets',
];

/**
 * Where the model of an object's kind is, without its ending (`.js` validates, `.d.ts` has the
 * fields); undefined for a kind that nobody knows, or at a version that does not exist.
 */
export function modelFile(
  repository: string,
  { apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
): string | undefined {
  return packages
    .map((name) => join(repository, 'node_modules', name, apiVersion, kind))
    .find((path) => existsSync(`${path}.d.ts`) && existsSync(`${path}.js`));
}
