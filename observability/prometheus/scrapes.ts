import { services } from '../metric-table';
import { relabelQueues, type Relabeling } from './queue-labels';

/** One entry of `scrape_configs`. */
export interface Scrape {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly sample_limit?: number;
  readonly static_configs?: readonly unknown[];
  readonly dns_sd_configs?: readonly unknown[];
  readonly kubernetes_sd_configs?: readonly unknown[];
  readonly relabel_configs?: readonly Relabeling[];
  readonly metric_relabel_configs?: readonly Relabeling[];
}

/** Addresses (`host:port`) by job, for places that know them beforehand. */
export type Targets = Readonly<Record<Job, string>>;
export type Job = (typeof services)[number] | 'rabbitmq' | 'prometheus' | 'alertmanager';

/**
 * A process of ours has 3,200 series at the very most (a test adds them up): beyond this something
 * makes labels out of data, and its scrape fails as a whole rather than filling the disk.
 */
const mostSamples = 10_000;

/** For targets at known addresses: the local stack. */
export function scrapeTargets(namespace: string, targets: Targets): Scrape[] {
  const at = (target: string) => ({
    static_configs: [{ targets: [target], labels: { namespace } }],
  });
  return [
    ...services.map((service) => product(service, at(targets[service]))),
    { job_name: 'rabbitmq', ...at(targets.rabbitmq) },
    queuesOf(at(targets.rabbitmq)),
    { job_name: 'prometheus', ...at(targets.prometheus) },
    { job_name: 'alertmanager', ...at(targets.alertmanager) },
  ];
}

/** For compose: the product by name, all its replicas, and nothing while it is not there. */
export function scrapeServices(namespace: string, targets: Targets): Scrape[] {
  const asNamespace = { target_label: 'namespace', replacement: namespace };
  return scrapeTargets(namespace, targets).map((scrape) => {
    const service = services.find((name) => name === scrape.job_name);
    if (service === undefined) return scrape;
    const [host, port] = targets[service].split(':');
    return product(service, {
      dns_sd_configs: [{ names: [host], type: 'A', port: Number(port), refresh_interval: '15s' }],
      relabel_configs: [asNamespace],
    });
  });
}

/**
 * For a cluster: pods with the annotation prometheus.io/scrape, at the port and path that theirs
 * say; `job` is their label `app`.
 */
export function scrapePods(): Scrape[] {
  // Prometheus' own namespace, for which a Role will do.
  const pods = { kubernetes_sd_configs: [{ role: 'pod', namespaces: { own_namespace: true } }] };
  const ours = [...services, 'rabbitmq', 'prometheus', 'alertmanager'].join('|');
  const found: Relabeling[] = [
    keep('annotation_prometheus_io_scrape', 'true'),
    keep('label_app', ours),
    // A migration that has ended is no process that is down.
    { source_labels: [pod('phase')], regex: 'Succeeded|Failed', action: 'drop' },
    // One target for each pod, whatever ports its containers name.
    {
      source_labels: [pod('ip'), pod('annotation_prometheus_io_port')],
      separator: ';',
      regex: '(.+);(\\d+)',
      target_label: '__address__',
      replacement: '$1:$2',
    },
    {
      source_labels: [pod('annotation_prometheus_io_path')],
      regex: '(.+)',
      target_label: '__metrics_path__',
    },
    { source_labels: [pod('label_app')], target_label: 'job' },
    { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
    { source_labels: [pod('name')], target_label: 'pod' },
  ];
  return [
    { job_name: 'pods', sample_limit: mostSamples, ...pods, relabel_configs: found },
    {
      ...queuesOf(pods),
      relabel_configs: [
        ...found.filter(({ target_label }) => target_label !== '__metrics_path__'),
        keep('label_app', 'rabbitmq'),
        { target_label: 'job', replacement: queuesJob },
      ],
    },
  ];
}

const pod = (name: string): string => `__meta_kubernetes_pod_${name}`;

const keep = (name: string, regex: string): Relabeling => ({
  source_labels: [pod(name)],
  regex,
  action: 'keep',
});

function product(service: string, found: Omit<Scrape, 'job_name'>): Scrape {
  return { job_name: service, sample_limit: mostSamples, ...found };
}

const queuesJob = 'rabbitmq-queues';

/**
 * A scrape of its own: `/metrics` has nothing by queue, and the per-object endpoint everything of
 * every connection (rabbitmq.com/docs/prometheus).
 */
function queuesOf(found: Omit<Scrape, 'job_name'>): Scrape {
  return {
    job_name: queuesJob,
    metrics_path: '/metrics/detailed',
    params: { family: ['queue_coarse_metrics', 'queue_consumer_count'] },
    ...found,
    metric_relabel_configs: relabelQueues(),
  };
}
