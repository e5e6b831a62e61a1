import { acmeSolverLabels, acmeSolverPort } from '../acme-solver';
import { dependenciesOf } from './dependencies';
import { ofKind } from './kinds';
import { selects } from './label-selector';
import { processesOf } from './process';
import type { Rendered } from './rendered';
import { isInCluster, podsOf, portNumber, serviceAt, targetOf } from './service-address';
import { type Workload, workloadsOf } from './workload';

/** Whoever is not a pod of this namespace, and is let in or spoken to. */
export type Outside =
  | 'the ingress controller'
  | 'KEDA'
  | 'a Prometheus elsewhere'
  | 'DNS'
  | 'the Kubernetes API'
  | 'servers elsewhere';

export type Party = Workload | Outside;

/** Who has to reach whom for the product to work. */
export interface Connection {
  readonly from: Party;
  readonly to: Party;
  /** Of the pod, not of its Service; of several, any one will do. */
  readonly ports: readonly number[];
  readonly protocol: 'TCP' | 'UDP';
  /** What says so: a variable, an object. */
  readonly why: string;
}

/** A mail server takes mails at one of these (RFC 8314, RFC 6409, RFC 5321). */
const mailPorts = [25, 465, 587];

/** Every connection that somebody makes, by the settings and objects that make them. */
export function connectionsOf(rendered: Rendered): readonly Connection[] {
  const own = workloadsOf(rendered.objects);
  const all = [...own, ...workloadsOf(rendered.beside)];
  return [
    ...ofSettings(rendered),
    ...own.flatMap((from) =>
      (['UDP', 'TCP'] as const).map((protocol) => ({
        from,
        to: 'DNS' as const,
        ports: [53],
        protocol,
        why: 'names',
      })),
    ),
    ...ofIngresses(rendered),
    ...ofCertificates(all),
    ...ofScrapes(rendered, all),
    ...ofScalers(rendered),
    ...ofMonitoring(all),
    ...ofBrokers(own),
  ];
}

const tcp = (from: Party, to: Party, port: number, why: string): Connection => ({
  from,
  to,
  ports: [port],
  protocol: 'TCP',
  why,
});

function ofSettings(rendered: Rendered): Connection[] {
  return processesOf(rendered).flatMap((process) =>
    dependenciesOf(process).flatMap(({ variable, host, port }): Connection[] => {
      if (host === undefined || !isInCluster(host)) {
        const isMail = variable === 'SMTP_URL' || variable === 'GMAIL_ADDRESS';
        const ports = isMail ? mailPorts : [port];
        return [
          {
            from: process.workload,
            to: 'servers elsewhere',
            ports,
            protocol: 'TCP',
            why: variable,
          },
        ];
      }
      const service = serviceAt(rendered, host);
      const servicePort = service?.spec.ports?.find((one) => one.port === port);
      // Found by the check "ports".
      if (service === undefined || servicePort === undefined) return [];
      return podsOf(rendered, service).flatMap((to) => {
        const target = targetOf(to, servicePort);
        return target === undefined ? [] : [tcp(process.workload, to, target, variable)];
      });
    }),
  );
}

function ofIngresses(rendered: Rendered): Connection[] {
  const services = ofKind(rendered.objects, 'Service');
  return ofKind(rendered.objects, 'Ingress').flatMap(({ metadata, spec }) =>
    (spec.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .flatMap(({ backend }) => {
        const service = services.find((one) => one.metadata.name === backend.service?.name);
        const port = service?.spec.ports?.find(
          (one) =>
            one.port === backend.service?.port?.number || one.name === backend.service?.port?.name,
        );
        if (service === undefined || port === undefined) return [];
        return podsOf(rendered, service).flatMap((to) => {
          const target = targetOf(to, port);
          return target === undefined
            ? []
            : [tcp('the ingress controller', to, target, metadata.name)];
        });
      }),
  );
}

/** Whoever issues a certificate asks cert-manager's pod over the same way as listeners come. */
const ofCertificates = (all: readonly Workload[]): Connection[] =>
  all
    .filter(({ podLabels }) => selects({ matchLabels: acmeSolverLabels }, podLabels))
    .map((to) => tcp('the ingress controller', to, acmeSolverPort, 'its certificate'));

/** By annotation from the Prometheus beside, by monitor from the operator's, wherever that is. */
function ofScrapes(rendered: Rendered, all: readonly Workload[]): Connection[] {
  const { objects } = rendered;
  const prometheus = all.find(({ name }) => name === 'prometheus');
  const annotated = all.flatMap((to) => {
    const { 'prometheus.io/scrape': scrape, 'prometheus.io/port': port } = to.podAnnotations;
    return scrape === 'true' && prometheus !== undefined
      ? [tcp(prometheus, to, Number(port), 'prometheus.io/scrape')]
      : [];
  });
  const monitored = [
    ...ofKind(objects, 'ServiceMonitor').flatMap(({ spec, metadata }) =>
      ofKind(objects, 'Service')
        .filter((service) => selects(spec.selector, service.metadata.labels ?? {}))
        .flatMap((service) =>
          podsOf(rendered, service).flatMap((to) =>
            spec.endpoints.flatMap(({ port }) => {
              const servicePort = service.spec.ports?.find(({ name }) => name === port);
              const target = servicePort && targetOf(to, servicePort);
              return target === undefined
                ? []
                : [tcp('a Prometheus elsewhere', to, target, metadata.name)];
            }),
          ),
        ),
    ),
    ...ofKind(objects, 'PodMonitor').flatMap(({ spec, metadata }) =>
      workloadsOf(objects)
        .filter(({ podLabels }) => selects(spec.selector, podLabels))
        .flatMap((to) =>
          (spec.podMetricsEndpoints ?? []).flatMap(({ port }) => {
            const target = port === undefined ? undefined : portNumber(to, port);
            return target === undefined
              ? []
              : [tcp('a Prometheus elsewhere', to, target, metadata.name)];
          }),
        ),
    ),
  ];
  return [...annotated, ...monitored];
}

/** KEDA asks RabbitMQ's management API how long a queue is. */
function ofScalers({ objects }: Rendered): Connection[] {
  const asks = ofKind(objects, 'ScaledObject').some(({ spec }) =>
    spec.triggers.some(({ type }) => type === 'rabbitmq'),
  );
  if (!asks) return [];
  return brokers(workloadsOf(objects)).map((to) => tcp('KEDA', to, 15672, 'ScaledObject'));
}

function ofMonitoring(all: readonly Workload[]): Connection[] {
  const [prometheus, alertmanager, grafana] = ['prometheus', 'alertmanager', 'grafana'].map(
    (name) => all.find((one) => one.name === name),
  );
  return [
    ...(grafana && prometheus ? [tcp(grafana, prometheus, 9090, 'its data source')] : []),
    ...(prometheus && alertmanager ? [tcp(prometheus, alertmanager, 9093, 'alerts')] : []),
    ...(prometheus
      ? [
          {
            ...tcp(prometheus, 'the Kubernetes API', 443, 'finding pods'),
            ports: [443, 6443, 8443],
          },
        ]
      : []),
    ...(alertmanager
      ? [
          {
            ...tcp(alertmanager, 'servers elsewhere', 587, 'whom to tell'),
            ports: [...mailPorts, 443],
          },
        ]
      : []),
  ];
}

/** Nodes of one cluster find and speak to each other (rabbitmq.com/docs/networking, "Ports"). */
const ofBrokers = (own: readonly Workload[]): Connection[] =>
  brokers(own)
    .filter(({ replicas = 1 }) => replicas > 1)
    .flatMap((broker) => [
      tcp(broker, broker, 4369, 'its nodes find each other (epmd)'),
      tcp(broker, broker, 25672, 'its nodes are one cluster'),
    ]);

const brokers = (workloads: readonly Workload[]): readonly Workload[] =>
  workloads.filter(({ name, kind }) => name === 'rabbitmq' && kind === 'StatefulSet');
