import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { workQueues } from '../../contracts/topology';
import { metricTable, runtimeMetrics, services, type MetricDeclaration } from '../metric-table';

/** Values that a label may have; null: not a closed list. */
export type KnownLabels = Readonly<Record<string, readonly string[] | null>>;

const target: KnownLabels = { namespace: null, instance: null, job: services };
const brokerQueue: KnownLabels = {
  ...target,
  queue: workQueues,
  kind: ['work', 'retry', 'dead'],
  tier: null,
};

/** What RabbitMQ itself tells of a node, at `/metrics`. */
const brokerMetrics = [
  'rabbitmq_process_resident_memory_bytes',
  'rabbitmq_resident_memory_limit_bytes',
  'rabbitmq_disk_space_available_bytes',
  'rabbitmq_disk_space_available_limit_bytes',
];

const byNamespace: KnownLabels = { namespace: null };
const byQueue: KnownLabels = { ...byNamespace, queue: workQueues };
const bySlo: KnownLabels = { ...byNamespace, slo: ['http', 'jobs'] };

/** What the recording rules make, and by which labels. */
export const recorded: Readonly<Record<string, KnownLabels>> = {
  'queue:ready:sum': byQueue,
  'queue:unacked:sum': byQueue,
  'queue:consumers:sum': byQueue,
  'queue:waiting:sum': byQueue,
  'queue:settled:rate5m': byQueue,
  'queue:arriving:rate5m': byQueue,
  'queue:drain_seconds': byQueue,
  'queue:dead_letters:sum': byQueue,
  'queue:oldest_waiting_seconds:max': byQueue,
  'slo:errors:ratio_rate5m': bySlo,
  'slo:errors:ratio_rate1h': bySlo,
  'slo:budget:ratio': { slo: ['http', 'jobs'] },
  'transcode:speed:avg5m': byNamespace,
  'transcode:speed:avg1d': byNamespace,
};

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ record: z.string().optional() })) })),
});

/** Every name that observability/prometheus/rules/recording.yml records. */
export function recordedNames(): string[] {
  const path = join(__dirname, '../prometheus/rules/recording.yml');
  const { groups } = rulesSchema.parse(parse(readFileSync(path, 'utf8')));
  return groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
}

/** Every series that a dashboard may ask for. */
export const knownSeries: Readonly<Record<string, KnownLabels>> = {
  ...recorded,
  ...Object.fromEntries(Object.entries(metricTable).flatMap(([name, of]) => exposed(name, of))),
  ...Object.fromEntries(runtimeMetrics.map((name) => [name, target])),
  up: target,
  ALERTS: {
    namespace: null,
    alertname: null,
    alertstate: ['pending', 'firing'],
    severity: ['page', 'ticket'],
  },
  rabbitmq_detailed_queue_messages: brokerQueue,
  ...Object.fromEntries(brokerMetrics.map((name) => [name, { namespace: null, instance: null }])),
};

function exposed(name: string, { type, labels }: MetricDeclaration): [string, KnownLabels][] {
  const own = { ...target, ...labels };
  if (type !== 'histogram') return [[name, own]];
  return [
    [`${name}_bucket`, { ...own, le: null }],
    [`${name}_count`, own],
    [`${name}_sum`, own],
  ];
}
