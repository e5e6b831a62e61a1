import { type EntryName, entryNames } from '../../../../image/entry-names';
import { targetOfImage } from '../../product';
import { type Kinds, ofKind } from './kinds';
import { type KubernetesObject, type Labels, nameOf } from './kubernetes-object';
import type { Container, LabelSelector, PodSpec, PodTemplate } from './pod';

/** Whatever makes pods: the same view for each kind. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob';
  readonly name: string;
  /** `Deployment/gateway`. */
  readonly where: string;
  /** Undefined for what runs to its end. */
  readonly selector: LabelSelector | undefined;
  /** As in the object: undefined is Kubernetes' 1, or what an autoscaler says. */
  readonly replicas: number | undefined;
  readonly podLabels: Labels;
  readonly podAnnotations: Labels;
  readonly pod: PodSpec;
  /** Init containers and sidecars too. */
  readonly containers: readonly Container[];
  /** Names of the volumes that a StatefulSet claims for each pod. */
  readonly claims: readonly string[];
}

export function workloadsOf(objects: readonly KubernetesObject[]): readonly Workload[] {
  return [
    ...ofKind(objects, 'Deployment').map(deployment),
    ...ofKind(objects, 'StatefulSet').map(statefulSet),
    ...ofKind(objects, 'DaemonSet').map((one) =>
      workload('DaemonSet', one, one.spec.template, { selector: one.spec.selector }),
    ),
    ...ofKind(objects, 'Job').map((one) => workload('Job', one, one.spec.template, {})),
    ...ofKind(objects, 'CronJob').map((one) =>
      workload('CronJob', one, one.spec.jobTemplate.spec.template, {}),
    ),
  ];
}

const deployment = (one: Kinds['Deployment']): Workload =>
  workload('Deployment', one, one.spec.template, one.spec);

const statefulSet = (one: Kinds['StatefulSet']): Workload =>
  workload('StatefulSet', one, one.spec.template, {
    ...one.spec,
    claims: (one.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
  });

function workload(
  kind: Workload['kind'],
  object: KubernetesObject,
  { metadata, spec }: PodTemplate,
  rest: {
    readonly selector?: LabelSelector;
    readonly replicas?: number;
    readonly claims?: readonly string[];
  },
): Workload {
  return {
    kind,
    name: object.metadata.name,
    where: nameOf(object),
    selector: rest.selector,
    replicas: rest.replicas,
    podLabels: metadata?.labels ?? {},
    podAnnotations: metadata?.annotations ?? {},
    pod: spec,
    containers: [...(spec.initContainers ?? []), ...spec.containers],
    claims: rest.claims ?? [],
  };
}

/** The last part of an image's name, without registry, tag and digest. */
export function imageName(image: string): string {
  const [withoutDigest = ''] = image.split('@');
  return (withoutDigest.split('/').at(-1) ?? '').replace(/:.*$/, '');
}

export const isOurs = ({ image }: Container): boolean =>
  targetOfImage(imageName(image)) !== undefined;

/** What a container of ours runs; undefined for other images, and for no entry of ours. */
export function entryOf(container: Container): EntryName | undefined {
  if (!isOurs(container)) return undefined;
  return entryNames.find((name) => name === container.args?.[0]);
}
