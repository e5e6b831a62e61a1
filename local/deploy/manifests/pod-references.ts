import type { Container, PodSpec, Volume } from './model/pod';

/** One object that another one names. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
  /** Of a ConfigMap or Secret; without one, all its keys. */
  readonly key?: string;
  readonly isOptional?: boolean;
}

/** Everything that a pod names: without it, its container is not even created. */
export function podReferences(pod: PodSpec): readonly Reference[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [
    ...(pod.serviceAccountName === undefined
      ? []
      : [{ kind: 'ServiceAccount', name: pod.serviceAccountName }]),
    ...(pod.volumes ?? []).flatMap((volume) => volumeReferences(volume, containers)),
    ...containers.flatMap(environmentReferences),
  ];
}

function environmentReferences({ env = [], envFrom = [] }: Container): Reference[] {
  return [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef ? [whole('ConfigMap', configMapRef)] : []),
      ...(secretRef ? [whole('Secret', secretRef)] : []),
    ]),
    ...env.flatMap(({ valueFrom = {} }) => {
      const { configMapKeyRef, secretKeyRef } = valueFrom;
      return [
        ...(configMapKeyRef
          ? [{ ...whole('ConfigMap', configMapKeyRef), key: configMapKeyRef.key }]
          : []),
        ...(secretKeyRef ? [{ ...whole('Secret', secretKeyRef), key: secretKeyRef.key }] : []),
      ];
    }),
  ];
}

function volumeReferences(volume: Volume, containers: readonly Container[]): Reference[] {
  const { name, configMap, secret, persistentVolumeClaim, projected } = volume;
  const mounted = containers.flatMap(({ volumeMounts = [] }) =>
    volumeMounts.flatMap((mount) => (mount.name === name ? (mount.subPath ?? []) : [])),
  );
  const sources = [
    ...(configMap ? [{ kind: 'ConfigMap', ...configMap }] : []),
    ...(secret ? [{ kind: 'Secret', ...secret, name: secret.secretName }] : []),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...(source.configMap ? [{ kind: 'ConfigMap', ...source.configMap }] : []),
      ...(source.secret ? [{ kind: 'Secret', ...source.secret }] : []),
    ]),
  ];
  return [
    ...(persistentVolumeClaim
      ? [{ kind: 'PersistentVolumeClaim', name: persistentVolumeClaim.claimName }]
      : []),
    ...sources.flatMap(({ kind, items, ...source }) => {
      const reference = whole(kind, source);
      // A file that is mounted alone is one key, under the name that it has in the volume.
      const keys = items?.map(({ key }) => key) ?? (projected ? [] : mounted);
      return [reference, ...keys.map((key) => ({ ...reference, key }))];
    }),
  ];
}

function whole(
  kind: string,
  { name, optional }: { readonly name: string; readonly optional?: boolean },
): Reference {
  return { kind, name, ...(optional === undefined ? {} : { isOptional: optional }) };
}
