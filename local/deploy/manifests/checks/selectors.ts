import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects, selectorText } from '../model/label-selector';
import type { LabelSelector } from '../model/pod';
import { type Workload, workloadsOf } from '../model/workload';

/** What chooses pods (or Services) by their labels chooses some, and those that are meant. */
export const selectors: Check = ({ overlay, objects, beside }) => {
  const workloads = workloadsOf(objects);
  const neighbours = workloadsOf(beside);
  const finding = (where: string, problem: string): ManifestFinding => ({
    check: 'selectors',
    where: `${overlay}: ${where}`,
    problem,
  });
  const selectsNone = (where: string, selector: LabelSelector): ManifestFinding[] =>
    [...workloads, ...neighbours].some(({ podLabels }) => selects(selector, podLabels))
      ? []
      : [finding(where, `no pod has the labels ${selectorText(selector)}`)];

  return [
    ...ofKind(objects, 'Service').flatMap((service) => {
      if (service.spec.selector === undefined) return [];
      const selector = { matchLabels: service.spec.selector };
      const chosen = workloads.filter(({ podLabels }) => selects(selector, podLabels));
      if (chosen.length < 2) return selectsNone(nameOf(service), selector);
      const names = chosen.map(({ where }) => where).join(' and ');
      return [finding(nameOf(service), `${selectorText(selector)} sends requests to ${names}`)];
    }),
    ...workloads.flatMap((workload) =>
      [...ownPods(workload), ...foreignPods(workload, workloads), ...placement(workload)].map(
        (problem) => finding(workload.where, problem),
      ),
    ),
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((budget) =>
      selectsNone(nameOf(budget), budget.spec.selector),
    ),
    ...ofKind(objects, 'NetworkPolicy').flatMap((policy) => {
      const { podSelector, ingress = [], egress = [] } = policy.spec;
      const peers = [...ingress.map(({ from }) => from), ...egress.map(({ to }) => to)];
      const ownPeers = peers
        .flatMap((list) => list ?? [])
        .filter((peer) => peer.namespaceSelector === undefined);
      return [podSelector, ...ownPeers.flatMap((peer) => peer.podSelector ?? [])].flatMap((one) =>
        selectsNone(nameOf(policy), one),
      );
    }),
    ...ofKind(objects, 'PodMonitor').flatMap((monitor) =>
      selectsNone(nameOf(monitor), monitor.spec.selector),
    ),
    ...ofKind(objects, 'ServiceMonitor').flatMap((monitor) => {
      const { selector } = monitor.spec;
      const services = ofKind(objects, 'Service');
      return services.some(({ metadata }) => selects(selector, metadata.labels ?? {}))
        ? []
        : [finding(nameOf(monitor), `no Service has the labels ${selectorText(selector)}`)];
    }),
  ];
};

function ownPods({ selector, podLabels }: Workload): string[] {
  if (selector === undefined || selects(selector, podLabels)) return [];
  return [`its selector ${selectorText(selector)} does not choose its own pods`];
}

/** Two that choose the same pods scale and replace each other's. */
function foreignPods(workload: Workload, workloads: readonly Workload[]): string[] {
  const { selector } = workload;
  if (selector === undefined) return [];
  return workloads
    .filter((other) => other !== workload && selects(selector, other.podLabels))
    .map(({ where }) => `its selector ${selectorText(selector)} chooses pods of ${where} too`);
}

/** Labels that every node has (kubernetes.io/docs, "Well-Known Labels, Annotations and Taints"). */
const topologyKeys = [
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
];

/** Replicas are kept apart from each other, so these selectors have to choose the pod's own kind. */
function placement({ pod, podLabels }: Workload): string[] {
  const { podAntiAffinity } = pod.affinity ?? {};
  const apart = [
    ...(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(
      ({ podAffinityTerm }) => podAffinityTerm ?? [],
    ),
  ].map((term) => ({ kind: 'podAntiAffinity', ...term }));
  const spread = (pod.topologySpreadConstraints ?? []).map((constraint) => ({
    kind: 'topologySpreadConstraints',
    ...constraint,
  }));
  return [...apart, ...spread].flatMap(({ kind, labelSelector, topologyKey }) => [
    ...(labelSelector !== undefined && selects(labelSelector, podLabels)
      ? []
      : [`${kind} counts pods with ${selectorText(labelSelector ?? {})}, which its own are not`]),
    ...(topologyKeys.includes(topologyKey)
      ? []
      : [`${kind} counts by ${topologyKey}, which nodes do not have`]),
  ]);
}
