import type { KubernetesObject } from './kubernetes-object';

/** Keys of one Secret; the value only where it is known and is nobody's secret. */
export type SecretKeys = ReadonlyMap<string, string | undefined>;

/**
 * Everything that `kubectl apply -k` of one folder would make, the commands that may be started
 * beside it (manifests/commands), and what these count on.
 */
export interface Rendered {
  /** `overlays/minikube`: the folder under manifests/. */
  readonly overlay: string;
  readonly objects: readonly KubernetesObject[];
  /** What may run in the same namespace and is not in these: manifests/monitoring, cert-manager's. */
  readonly beside: readonly KubernetesObject[];
  /** Secrets that somebody else makes: a script, a person, External Secrets. */
  readonly secrets: ReadonlyMap<string, SecretKeys>;
}

/** What the checks know of the repository. */
export interface Facts {
  /** Of package.json. */
  readonly version: string;
  /** What the admin port of a process answers at, other than 404. */
  readonly adminPaths: ReadonlySet<string>;
  /** Images of docker-compose.yml. */
  readonly composeImages: readonly string[];
}

/** Whether it runs the product, and not only what watches it. */
export const holdsProduct = ({ objects }: Pick<Rendered, 'objects'>): boolean =>
  objects.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gateway');
