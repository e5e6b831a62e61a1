/** Any object that kustomize writes; `kinds.ts` has the fields of those we look into. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export type Labels = Readonly<Record<string, string>>;

export interface Metadata {
  /** What `generateName` says where the cluster adds to it. */
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

/** How a person looks for it: `Deployment/gateway`. */
export const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;
