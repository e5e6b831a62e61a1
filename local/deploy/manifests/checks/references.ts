import { isIssued } from '../acme-solver';
import type { Check, ManifestFinding } from '../check';
import { configMapData } from '../model/environment';
import { type Kinds, ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import type { Rendered } from '../model/rendered';
import { workloadsOf } from '../model/workload';
import { podReferences, type Reference } from '../pod-references';

/** Everything that is named is there, and every ConfigMap that is there is named. */
export const references: Check = (rendered) => {
  const all = [...podsReferences(rendered), ...otherReferences(rendered)];
  return [
    ...all.flatMap(({ where, ...reference }) => {
      const problem = missing(rendered, reference);
      return problem === undefined ? [] : [finding(rendered, where, problem)];
    }),
    ...volumeProblems(rendered),
    ...ofKind(rendered.objects, 'RoleBinding').flatMap((binding) =>
      (binding.subjects ?? [])
        .filter(({ namespace }) => namespace !== (binding.metadata.namespace ?? 'default'))
        .map(({ name, namespace }) =>
          finding(
            rendered,
            nameOf(binding),
            `is for ${name} of the namespace ${String(namespace)}`,
          ),
        ),
    ),
    ...ofKind(rendered.objects, 'ExternalSecret').flatMap((secret) =>
      unfetched(secret).map((problem) => finding(rendered, nameOf(secret), problem)),
    ),
    ...scaledVersions(rendered),
    ...ofKind(rendered.objects, 'Job').flatMap((job) => {
      const names = job.spec.template.spec.containers.map(({ name }) => name);
      return (job.spec.podFailurePolicy?.rules ?? [])
        .flatMap(({ onExitCodes }) => onExitCodes?.containerName ?? [])
        .filter((name) => !names.includes(name))
        .map((name) =>
          finding(
            rendered,
            nameOf(job),
            `looks at how ${name} ends, which is none of its containers`,
          ),
        );
    }),
    ...unused(rendered, all),
  ];
};

/** The tutorial's word for a StatefulSet whose pods nobody asks for by name; it cannot be changed. */
const noService = 'not-applicable';

type Located = Reference & { readonly where: string };

const podsReferences = ({ objects }: Rendered): Located[] =>
  workloadsOf(objects).flatMap((workload) =>
    podReferences(workload.pod).map((reference) => ({ where: workload.where, ...reference })),
  );

function otherReferences({ objects }: Rendered): Located[] {
  const scalers = [
    ...ofKind(objects, 'HorizontalPodAutoscaler'),
    ...ofKind(objects, 'ScaledObject'),
  ];
  return [
    ...ofKind(objects, 'StatefulSet').flatMap((one) =>
      one.spec.serviceName === undefined || one.spec.serviceName === noService
        ? []
        : [{ where: nameOf(one), kind: 'Service', name: one.spec.serviceName }],
    ),
    ...scalers.map((one) => {
      const { kind = 'Deployment', name } = one.spec.scaleTargetRef;
      return { where: nameOf(one), kind, name };
    }),
    ...ofKind(objects, 'ScaledObject').flatMap((one) =>
      one.spec.triggers.flatMap(({ authenticationRef }) =>
        authenticationRef === undefined
          ? []
          : [
              {
                where: nameOf(one),
                kind: authenticationRef.kind ?? 'TriggerAuthentication',
                name: authenticationRef.name,
              },
            ],
      ),
    ),
    ...ofKind(objects, 'Ingress').flatMap((one) =>
      isIssued(one)
        ? []
        : (one.spec.tls ?? []).flatMap(({ secretName: name }) =>
            name === undefined ? [] : [{ where: nameOf(one), kind: 'Secret', name }],
          ),
    ),
    ...ofKind(objects, 'TriggerAuthentication').flatMap((one) =>
      (one.spec.secretTargetRef ?? []).map(({ name, key }) => ({
        where: nameOf(one),
        kind: 'Secret',
        name,
        key,
      })),
    ),
    ...ofKind(objects, 'ExternalSecret').flatMap((one) => {
      const { name, kind = 'SecretStore' } = one.spec.secretStoreRef ?? { name: '' };
      // A store for the whole cluster is not this folder's.
      return kind === 'SecretStore' ? [{ where: nameOf(one), kind, name }] : [];
    }),
    ...ofKind(objects, 'RoleBinding').flatMap((one) => [
      ...(one.roleRef.kind === 'Role'
        ? [{ where: nameOf(one), kind: 'Role', name: one.roleRef.name }]
        : []),
      ...(one.subjects ?? [])
        .filter(({ kind }) => kind === 'ServiceAccount')
        .map(({ kind, name }) => ({ where: nameOf(one), kind, name })),
    ]),
  ];
}

function missing(
  rendered: Rendered,
  { kind, name, key, isOptional }: Reference,
): string | undefined {
  if (isOptional === true) return undefined;
  if (kind === 'Secret') {
    const keys = rendered.secrets.get(name);
    if (keys === undefined) return `needs the Secret ${name}, which nothing makes`;
    if (key === undefined || keys.has(key)) return undefined;
    return `needs ${key} of the Secret ${name}, which has ${[...keys.keys()].join(', ')}`;
  }
  if (kind === 'ConfigMap') {
    const data = configMapData(rendered, name);
    if (data === undefined) return `needs the ConfigMap ${name}, which is not there`;
    if (key === undefined || key in data) return undefined;
    return `needs ${key} of the ConfigMap ${name}, which has ${Object.keys(data).join(', ')}`;
  }
  // Every namespace has it (kubernetes.io/docs, "Service Accounts").
  if (kind === 'ServiceAccount' && name === 'default') return undefined;
  const isThere = rendered.objects.some((one) => one.kind === kind && one.metadata.name === name);
  return isThere ? undefined : `needs the ${kind} ${name}, which is not there`;
}

/** Every mount has its volume, every volume a mount; a file is mounted at one place once. */
function volumeProblems(rendered: Rendered): ManifestFinding[] {
  return workloadsOf(rendered.objects).flatMap(({ where, pod, containers, claims }) => {
    const volumes = [...(pod.volumes ?? []).map(({ name }) => name), ...claims];
    const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
    const twice = containers.flatMap(({ name, volumeMounts = [] }) => {
      const paths = volumeMounts.map(({ mountPath }) => mountPath);
      return paths
        .filter((path, index) => paths.indexOf(path) < index)
        .map((path) => `${name} mounts ${path} twice`);
    });
    return [
      ...mounts
        .filter(({ name }) => !volumes.includes(name))
        .map(({ name }) => `mounts ${name}, which is none of its volumes`),
      ...volumes
        .filter((name) => !mounts.some((mount) => mount.name === name))
        .map((name) => `has the volume ${name}, which nothing mounts`),
      ...twice,
    ].map((problem) => finding(rendered, where, problem));
  });
}

/** A template is filled in from what is fetched, and from nothing else. */
function unfetched({ spec }: Kinds['ExternalSecret']): string[] {
  if (spec.dataFrom !== undefined) return [];
  const fetched = (spec.data ?? []).map(({ secretKey }) => secretKey);
  const texts = Object.entries(spec.target?.template?.data ?? {});
  return texts.flatMap(([key, text]) =>
    [...text.matchAll(/\{\{-?\s*\.(\w+)/g)].flatMap(([, name = '']) =>
      fetched.includes(name) ? [] : [`${key} is made of ${name}, which is not fetched`],
    ),
  );
}

/** An autoscaler finds its target by kind, name and version. */
function scaledVersions(rendered: Rendered): ManifestFinding[] {
  const { objects } = rendered;
  return [
    ...ofKind(objects, 'HorizontalPodAutoscaler'),
    ...ofKind(objects, 'ScaledObject'),
  ].flatMap((scaler) => {
    const { name, kind = 'Deployment', apiVersion = 'apps/v1' } = scaler.spec.scaleTargetRef;
    const target = objects.find((one) => one.kind === kind && one.metadata.name === name);
    if (target === undefined || target.apiVersion === apiVersion) return [];
    return [
      finding(
        rendered,
        nameOf(scaler),
        `scales a ${kind} of ${apiVersion}, and ${name} is of ${target.apiVersion}`,
      ),
    ];
  });
}

function unused(rendered: Rendered, all: readonly Located[]): ManifestFinding[] {
  return (
    ['ConfigMap', 'ServiceAccount', 'PersistentVolumeClaim', 'TriggerAuthentication'] as const
  ).flatMap((kind) =>
    ofKind(rendered.objects, kind)
      .filter(({ metadata }) => !all.some((one) => one.kind === kind && one.name === metadata.name))
      .map((one) => finding(rendered, nameOf(one), 'nothing uses it')),
  );
}

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'references',
  where: `${overlay}: ${where}`,
  problem,
});
