import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { type stepNames } from '../contracts/job';
import { type workQueues } from '../contracts/topology';
import { type dependencies } from './breaker';

/**
 * Every metric of the product (prometheus.io/docs/practices/naming). A label's values come from a
 * union, so that no file name and no user can make a new series.
 */
export const metricTable = {
  http_requests_total: {
    type: 'counter',
    help: 'HTTP requests answered.',
    labels: ['route', 'method', 'status_class'],
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the request head to the end of the answer.',
    labels: ['route', 'method'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
  },
  upload_bytes_total: { type: 'counter', help: 'Bytes of videos stored.', labels: [] },
  logins_total: { type: 'counter', help: 'Logins by result.', labels: ['result'] },
  deliveries_total: {
    type: 'counter',
    help: 'Deliveries settled, by work queue and outcome.',
    labels: ['queue', 'outcome'],
  },
  step_duration_seconds: {
    type: 'histogram',
    help: 'Time a conversion step took, by result.',
    labels: ['step', 'result'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1800],
  },
  queue_wait_seconds: {
    type: 'histogram',
    help: 'Time from the accepted upload to the start of its first attempt.',
    labels: [],
    buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120, 600, 3600],
  },
  deliveries_in_progress: {
    type: 'gauge',
    help: 'Deliveries being worked on now.',
    labels: ['queue'],
  },
  audio_seconds_total: { type: 'counter', help: 'Seconds of MP3 made.', labels: [] },
  breaker_state: {
    type: 'gauge',
    help: 'Circuit breaker: 0 closed, 1 half-open, 2 open.',
    labels: ['dependency'],
  },
  mails_total: { type: 'counter', help: 'Mails by kind and result.', labels: ['kind', 'result'] },
  outbox_held_jobs: {
    type: 'gauge',
    help: 'Accepted jobs that are not on the broker, replays aside; the active relay sets it.',
    labels: [],
  },
  outbox_published_total: {
    type: 'counter',
    help: 'Messages the relay published: held jobs, replays, news that never went out, news sent again, news of jobs given up.',
    labels: ['reason'],
  },
  lost_messages_total: {
    type: 'counter',
    help: 'Jobs held anew because the broker lost their message.',
    labels: [],
  },
  swept_total: {
    type: 'counter',
    help: 'What the sweeper removed, by bucket: files, and chunks without a file.',
    labels: ['bucket', 'swept'],
  },
  dead_letters: {
    type: 'gauge',
    help: 'Dead letters on file that wait for an operator, by work queue; the active relay sets it.',
    labels: ['queue'],
  },
  dead_letters_filed_total: {
    type: 'counter',
    help: 'Messages taken from the dead-letter queues and filed.',
    labels: ['queue'],
  },
  dead_letters_acted_total: {
    type: 'counter',
    help: 'Dead letters that an order was carried out for.',
    labels: ['action'],
  },
} as const satisfies Record<string, MetricDeclaration>;

interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** Values a label may take; anything else does not compile at the place that sets it. */
export interface LabelValues {
  readonly route: string;
  readonly method: string;
  readonly status_class: '1xx' | '2xx' | '3xx' | '4xx' | '5xx';
  readonly result: 'ok' | 'refused' | 'failed' | 'deferred';
  readonly queue: (typeof workQueues)[number];
  readonly outcome: 'completed' | 'failed' | 'retry' | 'defer' | 'dead-letter';
  readonly step: (typeof stepNames)[number];
  readonly dependency: (typeof dependencies)[number];
  readonly kind: 'ready' | 'failed';
  readonly reason: 'held' | 'replay' | 'unheard-news' | 'lost-news' | 'given-up';
  readonly bucket: 'videos' | 'mp3s';
  readonly swept: 'file' | 'chunk';
  readonly action: 'replay' | 'discard' | 'park' | 'unpark';
}

type Table = typeof metricTable;
export type MetricName = keyof Table;
type LabelsOf<Name extends MetricName> = Table[Name]['labels'][number];
/** The labels of a metric and no other: `{}` alone would take any, which prom-client throws on. */
type Labels<Name extends MetricName> = Pick<LabelValues, LabelsOf<Name>> & {
  readonly [Other in Exclude<keyof LabelValues, LabelsOf<Name>>]?: never;
};
type NamesOf<Type extends MetricDeclaration['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** One process' metrics. A metric appears once the process first sets it. */
export class Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  /** Adds Node's own metrics (event-loop lag, memory, CPU) to the registry. */
  collectRuntime(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  count<Name extends NamesOf<'counter'>>(name: Name, labels: Labels<Name>, by = 1): void {
    const counter = this.#instrument(this.#counters, name, (options) => new Counter(options));
    counter.inc(labels, by);
  }

  set<Name extends NamesOf<'gauge'>>(name: Name, labels: Labels<Name>, value: number): void {
    this.#instrument(this.#gauges, name, (options) => new Gauge(options)).set(labels, value);
  }

  add<Name extends NamesOf<'gauge'>>(name: Name, labels: Labels<Name>, by: number): void {
    this.#instrument(this.#gauges, name, (options) => new Gauge(options)).inc(labels, by);
  }

  observe<Name extends NamesOf<'histogram'>>(
    name: Name,
    labels: Labels<Name>,
    value: number,
  ): void {
    const buckets = [...metricTable[name].buckets];
    const histogram = this.#instrument(
      this.#histograms,
      name,
      (options) => new Histogram({ ...options, buckets }),
    );
    histogram.observe(labels, value);
  }

  #instrument<Instrument>(
    made: Map<string, Instrument>,
    name: MetricName,
    make: (options: {
      name: string;
      help: string;
      labelNames: string[];
      registers: Registry[];
    }) => Instrument,
  ): Instrument {
    const known = made.get(name);
    if (known !== undefined) return known;
    const { help, labels } = metricTable[name];
    const instrument = make({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
    });
    made.set(name, instrument);
    return instrument;
  }
}
