import type { Check, ManifestFinding } from '../check';
import { type IngressBackend, ofKind, type PolicyPort } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects } from '../model/label-selector';
import { numberOf, type Process, processesOf } from '../model/process';
import { holdsProduct, type Rendered } from '../model/rendered';
import { podsOf, portNumber, targetOf } from '../model/service-address';
import { workloadsOf } from '../model/workload';

/** A port that one object names is a port that another one has. */
export const ports: Check = (rendered) => [
  ...services(rendered),
  ...ingresses(rendered),
  ...monitors(rendered),
  ...networkPolicies(rendered),
  ...processesOf(rendered).flatMap(listening),
];

function services(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'Service').flatMap((service) =>
    podsOf(rendered, service).flatMap((workload) =>
      (service.spec.ports ?? [])
        .filter((port) => targetOf(workload, port) === undefined)
        .map(({ port, targetPort }) =>
          finding(
            rendered,
            nameOf(service),
            `port ${port} leads to ${targetPort ?? port}, which ${workload.where} has not`,
          ),
        ),
    ),
  );
}

function ingresses(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'Ingress').flatMap((ingress) => {
    const { defaultBackend, rules = [] } = ingress.spec;
    const backends = rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? []);
    return [...backends, ...(defaultBackend ? [defaultBackend] : [])]
      .flatMap((backend) => backendProblem(rendered, backend))
      .map((problem) => finding(rendered, nameOf(ingress), problem));
  });
}

function backendProblem({ objects }: Rendered, { service }: IngressBackend): string[] {
  if (service === undefined) return [];
  const found = ofKind(objects, 'Service').find(({ metadata }) => metadata.name === service.name);
  if (found === undefined) return [`leads to a Service ${service.name}, which is not there`];
  const { name, number } = service.port ?? {};
  const exists = found.spec.ports?.some(
    (one) => one.port === number || (name !== undefined && one.name === name),
  );
  return exists === true
    ? []
    : [`leads to port ${name ?? String(number)} of the Service ${service.name}, which it has not`];
}

function monitors(rendered: Rendered): ManifestFinding[] {
  const { objects } = rendered;
  const ofServices = ofKind(objects, 'ServiceMonitor').flatMap((monitor) =>
    ofKind(objects, 'Service')
      .filter(({ metadata }) => selects(monitor.spec.selector, metadata.labels ?? {}))
      .flatMap((service) =>
        monitor.spec.endpoints
          .filter(({ port }) => !service.spec.ports?.some(({ name }) => name === port))
          .map(({ port }) =>
            finding(
              rendered,
              nameOf(monitor),
              `asks port ${String(port)} of ${nameOf(service)}, which it has not`,
            ),
          ),
      ),
  );
  const ofPods = ofKind(objects, 'PodMonitor').flatMap((monitor) =>
    workloadsOf(objects)
      .filter(({ podLabels }) => selects(monitor.spec.selector, podLabels))
      .flatMap((workload) =>
        (monitor.spec.podMetricsEndpoints ?? [])
          .filter(({ port }) => port === undefined || portNumber(workload, port) === undefined)
          .map(({ port }) =>
            finding(
              rendered,
              nameOf(monitor),
              `asks port ${String(port)} of ${workload.where}, which it has not`,
            ),
          ),
      ),
  );
  return [...ofServices, ...ofPods];
}

/** The port of a policy is the pod's, whichever Service the way leads through. */
function networkPolicies(rendered: Rendered): ManifestFinding[] {
  // What only watches names ports of pods that are not here.
  if (!holdsProduct(rendered)) return [];
  const workloads = [...workloadsOf(rendered.objects), ...workloadsOf(rendered.beside)];
  return ofKind(rendered.objects, 'NetworkPolicy').flatMap((policy) => {
    const { podSelector, ingress = [], egress = [] } = policy.spec;
    // One line may be about several pods, with a port of each.
    const unknown = (list: readonly PolicyPort[], selector = podSelector) =>
      list.flatMap(({ port }) => {
        if (port === undefined) return [];
        const chosen = workloads.filter(({ podLabels }) => selects(selector, podLabels));
        const isKnown = chosen.some((workload) => portNumber(workload, port) !== undefined);
        if (isKnown || chosen.length === 0) return [];
        const which = chosen.map(({ where }) => where).join(', ');
        return [
          finding(
            rendered,
            nameOf(policy),
            `allows port ${port} of ${which}, which has no such port`,
          ),
        ];
      });
    return [
      ...ingress.flatMap((rule) => unknown(rule.ports ?? [])),
      ...egress.flatMap((rule) =>
        (rule.to ?? []).flatMap((peer) =>
          peer.podSelector !== undefined && peer.namespaceSelector === undefined
            ? unknown(rule.ports ?? [], peer.podSelector)
            : [],
        ),
      ),
    ];
  });
}

/** The ports of a container are those that its process listens on. */
function listening(process: Process): ManifestFinding[] {
  const declared = (process.container.ports ?? []).map(({ containerPort }) => containerPort);
  const heard = ['PORT', 'ADMIN_PORT'].flatMap((variable) => numberOf(process, variable) ?? []);
  // A command of few seconds is asked by nobody.
  const expected = process.workload.kind === 'Job' ? [] : heard;
  const problem = (text: string): ManifestFinding => ({
    check: 'ports',
    where: process.where,
    problem: text,
  });
  return [
    ...declared
      .filter((port) => !heard.includes(port))
      .map((port) =>
        problem(`has the port ${port}, and its process listens on ${heard.join(' and ')}`),
      ),
    ...expected
      .filter((port) => !declared.includes(port))
      .map((port) => problem(`its process listens on ${port}, which is none of its ports`)),
  ];
}

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'ports',
  where: `${overlay}: ${where}`,
  problem,
});
