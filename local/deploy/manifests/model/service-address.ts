import { type Kinds, ofKind, type ServicePort } from './kinds';
import { selects } from './label-selector';
import type { ContainerPort } from './pod';
import type { Rendered } from './rendered';
import { type Workload, workloadsOf } from './workload';

/** Whether a name is one that the cluster's own DNS knows: `auth`, `auth.shop.svc.cluster.local`. */
export const isInCluster = (host: string): boolean =>
  !host.includes('.') || /\.svc(\.cluster\.local)?\.?$/.test(host);

/**
 * The Service that a name in the cluster belongs to: its own name, or the name of one of its pods
 * (`mongo-0.mongo.…`; kubernetes.io/docs, "DNS for Services and Pods"). With a namespace in it, it is
 * one of that namespace.
 */
export function serviceAt({ objects }: Rendered, host: string): Kinds['Service'] | undefined {
  const services = ofKind(objects, 'Service');
  const [first = '', second, third] = host.replace(/\.svc(\.cluster\.local)?\.?$/, '').split('.');
  const named = (name: string, namespace: string | undefined) =>
    services.find(
      ({ metadata }) =>
        metadata.name === name && [metadata.namespace ?? 'default', undefined].includes(namespace),
    );
  const ofPod = second !== undefined && /-\d+$/.test(first) ? named(second, third) : undefined;
  return ofPod ?? named(first, second);
}

/** The workloads whose pods a Service leads to. */
export function podsOf({ objects }: Rendered, { spec }: Kinds['Service']): readonly Workload[] {
  const { selector } = spec;
  if (selector === undefined) return [];
  return workloadsOf(objects).filter(({ podLabels }) =>
    selects({ matchLabels: selector }, podLabels),
  );
}

export const portsOf = ({ containers }: Workload): readonly ContainerPort[] =>
  containers.flatMap(({ ports = [] }) => ports);

/** Number of a port of a pod that is given by name or number; undefined when it has none such. */
export function portNumber(workload: Workload, port: string | number): number | undefined {
  return portsOf(workload).find(
    ({ name, containerPort }) => port === name || port === containerPort,
  )?.containerPort;
}

/** What a port of a Service leads to in a pod. */
export const targetOf = (
  workload: Workload,
  { port, targetPort }: ServicePort,
): number | undefined => portNumber(workload, targetPort ?? port);
