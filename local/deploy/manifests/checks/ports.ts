import type { Check, ManifestFinding } from '../check';
import { dependenciesOf } from '../model/dependencies';
import { type IngressBackend, ofKind, type PolicyPort } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects } from '../model/label-selector';
import { numberOf, type Process, processesOf } from '../model/process';
import { holdsProduct, type Rendered } from '../model/rendered';
import { isInCluster, podsOf, portNumber, serviceAt, targetOf } from '../model/service-address';
import { workloadsOf } from '../model/workload';

/** A port that one object names is a port that another one has. */
export const ports: Check = (rendered) => [
  ...services(rendered),
  ...ingresses(rendered),
  ...monitors(rendered),
  ...networkPolicies(rendered),
  ...scalers(rendered),
  ...configured(rendered),
  ...processesOf(rendered).flatMap((process) => [
    ...listening(process),
    ...addresses(rendered, process),
    ...publicAddress(rendered, process),
  ]),
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

/** Addresses in the configuration of servers that are not ours: Prometheus, Grafana. */
function configured(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'ConfigMap').flatMap((config) =>
    Object.entries(config.data ?? {}).flatMap(([key, text]) => {
      if (!/\.ya?ml$/.test(key)) return [];
      const found = [...text.matchAll(/^\s*(?:url: https?:\/\/|- )([a-z][a-z0-9-]*):(\d+)\/?$/gm)];
      return found.flatMap(([, host = '', port = '']) => {
        const ofService = serviceAt(rendered, host)?.spec.ports ?? [];
        return ofService.some((one) => String(one.port) === port)
          ? []
          : [
              finding(
                rendered,
                nameOf(config),
                `${key} leads to ${host}:${port}, and no Service is there with that port`,
              ),
            ];
      });
    }),
  );
}

/** KEDA asks from its own namespace, so it needs the whole name, with this namespace in it. */
function scalers(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'ScaledObject').flatMap((scaled) =>
    scaled.spec.triggers.flatMap(({ metadata }) => {
      const url = URL.parse(metadata['host'] ?? '');
      if (url === null) return [];
      const [name = '', namespace = ''] = url.hostname.split('.');
      const service = serviceAt(rendered, name);
      const isThere =
        namespace === scaled.metadata.namespace &&
        service?.spec.ports?.some(({ port }) => String(port) === url.port) === true;
      return isThere
        ? []
        : [
            finding(
              rendered,
              nameOf(scaled),
              `asks ${url.host}, and no Service is there with that port`,
            ),
          ];
    }),
  );
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

/** Servers in the cluster that settings name are Services, with that port. */
function addresses(rendered: Rendered, process: Process): ManifestFinding[] {
  return dependenciesOf(process).flatMap(({ variable, host, port }) => {
    if (host === undefined || !isInCluster(host)) return [];
    const service = serviceAt(rendered, host);
    const problem =
      service === undefined
        ? `${variable} leads to ${host}, and there is no such Service`
        : service.spec.ports?.some((one) => one.port === port) === true
          ? undefined
          : `${variable} leads to port ${port} of the Service ${service.metadata.name}, which it has not`;
    return problem === undefined
      ? []
      : [{ check: 'ports', where: process.where, problem } as const];
  });
}

/** The links in mails lead to an Ingress of the gateway, by the protocol that it speaks. */
function publicAddress({ objects }: Rendered, process: Process): ManifestFinding[] {
  const reads = Object.values(process.settings).some(({ env }) => env === 'PUBLIC_URL');
  const url = reads ? URL.parse(process.text('PUBLIC_URL') ?? '') : null;
  const ingresses = ofKind(objects, 'Ingress');
  if (url === null || ingresses.length === 0) return [];
  const found = ingresses.find(({ spec }) => spec.rules?.some(({ host }) => host === url.hostname));
  const isSecure = found?.spec.tls?.some(({ hosts }) => hosts?.includes(url.hostname)) === true;
  const problem =
    found === undefined
      ? `PUBLIC_URL is ${url.href}, and no Ingress has that host`
      : isSecure !== (url.protocol === 'https:')
        ? `PUBLIC_URL is ${url.href}, and ${nameOf(found)} speaks ${isSecure ? 'https' : 'http only'}`
        : undefined;
  return problem === undefined ? [] : [{ check: 'ports', where: process.where, problem }];
}

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'ports',
  where: `${overlay}: ${where}`,
  problem,
});
