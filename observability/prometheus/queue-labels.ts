import {
  buildTopology,
  deadQueue,
  defaultRetryDelaysMs,
  retryQueue,
  workQueues,
  type Topology,
} from '../../contracts/topology';

/** One entry of `metric_relabel_configs` (prometheus.io/docs, configuration, relabel_config). */
export interface Relabeling {
  readonly source_labels?: readonly string[];
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
  readonly action?: 'replace' | 'keep' | 'drop' | 'labeldrop' | 'labelmap';
  readonly separator?: string;
}

/** What is read of a queue; the endpoint sends more (`queue_process_reductions_total`, versions). */
const queueMetrics = 'rabbitmq_detailed_queue_(messages|messages_ready|messages_unacked|consumers)';

/** Where our name of the queue waits: written to `queue` at once, the next rule would read it. */
const waiting = '__tmp_queue';

/**
 * From the broker's queue names to our labels: `queue` (video, mp3, failed), `kind` (work, retry,
 * dead) and, of delay queues, `tier` (the delay as the queue is named: 10s). What is no queue of
 * ours is dropped, so that strangers on the same broker make no series.
 */
export function relabelQueues(topology: Topology = defaultTopology()): Relabeling[] {
  const ours = workQueues.map((queue) => ({ queue, name: topology.queueNames[queue] }));
  const delaysMs = [...new Set(topology.retryDelaysMs)];
  const retriesOf = (name: string) => delaysMs.map((delayMs) => retryQueue(name, delayMs));
  const names = ours.map(({ name }) => name);
  return [
    { source_labels: ['__name__'], regex: queueMetrics, action: 'keep' },
    ...ours.map(({ queue, name }) =>
      setLabel(waiting, queue, [name, deadQueue(name), ...retriesOf(name)]),
    ),
    { source_labels: [waiting], regex: '.+', action: 'keep' },
    setLabel('kind', 'work', names),
    setLabel('kind', 'dead', names.map(deadQueue)),
    setLabel('kind', 'retry', names.flatMap(retriesOf)),
    ...delaysMs.map((delayMs) =>
      setLabel(
        'tier',
        retryQueue('', delayMs).replace('.retry.', ''),
        names.map((name) => retryQueue(name, delayMs)),
      ),
    ),
    { source_labels: [waiting], target_label: 'queue' },
    // One virtual host for each product: it tells nothing.
    { regex: `${waiting}|vhost`, action: 'labeldrop' },
  ];
}

function defaultTopology(): Topology {
  return buildTopology({ video: 'video', mp3: 'mp3' }, defaultRetryDelaysMs);
}

/** Prometheus anchors the expression (RE2) at both ends. */
function setLabel(label: string, value: string, queues: readonly string[]): Relabeling {
  return {
    source_labels: ['queue'],
    regex: queues.map(escaped).join('|'),
    target_label: label,
    // `$` begins a group's name in a replacement.
    replacement: value.replaceAll('$', '$$$$'),
  };
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
