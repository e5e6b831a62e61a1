import { deadReasons } from '../contracts/headers';
import { finalJobStates, stepNames } from '../contracts/job';
import { refusalReasons } from '../contracts/refusal-reason';
import { workQueues } from '../contracts/topology';
import { breakerStates, dependencies } from './breaker';
import {
  deferReasons,
  httpMethods,
  httpRoutes,
  outcomes,
  retryTiers,
  statusClasses,
  stepResults,
} from './metric-labels';
import { productVersion } from './product-version';

export const services = ['gateway', 'auth', 'converter', 'notification', 'relay'] as const;
export type Service = (typeof services)[number];

export interface MetricDeclaration {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: 'seconds' | 'bytes' | 'ratio' | null;
  readonly help: string;
  /** Every label with all the values it may take. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** The processes that set it. */
  readonly services: readonly Service[];
  readonly buckets?: readonly number[];
}

const http = ['gateway', 'auth'] as const;
const workers = ['converter', 'notification'] as const;

/** Of workers, then what the broker says (`x-death`), then what came without any word. */
const deadLetteredReasons = [
  ...deadReasons,
  'rejected',
  'expired',
  'overflow',
  'not-stated',
] as const;

/** Every metric of the product (prometheus.io/docs/practices/naming). */
export const metricTable = {
  build_info: {
    type: 'gauge',
    unit: null,
    help: 'Always 1; the label says which version runs.',
    labels: { version: [productVersion] },
    services,
  },

  http_requests_total: {
    type: 'counter',
    unit: null,
    help: 'HTTP requests answered.',
    labels: { route: httpRoutes, method: httpMethods, status_class: statusClasses },
    services: http,
  },
  http_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the request head to the end of the answer.',
    labels: { route: httpRoutes, method: httpMethods },
    services: http,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
  },
  http_requests_in_progress: {
    type: 'gauge',
    unit: null,
    help: 'HTTP requests being answered now.',
    labels: {},
    services: http,
  },
  http_received_bytes_total: {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes of requests, heads included.',
    labels: { route: httpRoutes },
    services: http,
  },
  http_sent_bytes_total: {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes of answers, heads included.',
    labels: { route: httpRoutes },
    services: http,
  },

  logins_total: {
    type: 'counter',
    unit: null,
    help: 'Logins: ok, refused (unknown user or wrong password), failed (the service could not tell).',
    labels: { result: ['ok', 'refused', 'failed'] },
    services: ['auth'],
  },
  bcrypt_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time bcrypt took for one password, waiting for a thread included.',
    labels: {},
    services: ['auth'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5],
  },

  uploads_total: {
    type: 'counter',
    unit: null,
    help: 'Uploads: accepted (a job is on record), refused (answered 4xx or beyond the backlog), failed (5xx or broken off).',
    labels: { result: ['accepted', 'refused', 'failed'] },
    services: ['gateway'],
  },
  upload_size_bytes: {
    type: 'histogram',
    unit: 'bytes',
    help: 'Size of accepted videos.',
    labels: {},
    services: ['gateway'],
    buckets: [1e5, 1e6, 1e7, 5e7, 2e8, 1e9, 4e9],
  },

  jobs_finished_total: {
    type: 'counter',
    unit: null,
    help: 'Jobs that came to an end: ready, failed (the file cannot be converted, or an operator discarded it), dead (given up, an operator decides). One that is replayed ends again.',
    labels: { state: finalJobStates },
    services: ['converter', 'relay'],
  },
  refusals_total: {
    type: 'counter',
    unit: null,
    help: 'Jobs that ended as failed, by what the listener is told.',
    labels: { reason: refusalReasons },
    services: ['converter', 'relay'],
  },
  job_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the accepted upload (of a replay: from when it was put back) to the end of the job.',
    labels: { state: finalJobStates },
    services: ['converter'],
    buckets: [1, 5, 15, 60, 300, 900, 3600, 14400],
  },
  queue_wait_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the accepted upload to the start of its first attempt.',
    labels: {},
    services: ['converter'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120, 600, 3600],
  },

  deliveries_total: {
    type: 'counter',
    unit: null,
    help: 'Deliveries settled, by work queue and outcome.',
    labels: { queue: workQueues, outcome: outcomes },
    services: workers,
  },
  deliveries_in_progress: {
    type: 'gauge',
    unit: null,
    help: 'Deliveries being worked on now.',
    labels: { queue: workQueues },
    services: workers,
  },
  attempts_total: {
    type: 'counter',
    unit: null,
    help: 'Attempts begun: of conversions (video) and of mails (mp3, failed).',
    labels: { queue: workQueues },
    services: workers,
  },
  retries_total: {
    type: 'counter',
    unit: null,
    help: 'Deliveries that another attempt follows, by the attempt that failed; the delay grows with it.',
    labels: { queue: workQueues, tier: retryTiers },
    services: workers,
  },
  defers_total: {
    type: 'counter',
    unit: null,
    help: 'Deliveries put off through no fault of their own, by what was in the way.',
    labels: { queue: workQueues, reason: deferReasons },
    services: workers,
  },
  dead_lettered_total: {
    type: 'counter',
    unit: null,
    help: 'Messages given up, by reason; those that the broker or a stranger gave up appear when they are filed.',
    labels: { queue: workQueues, reason: deadLetteredReasons },
    services: [...workers, 'relay'],
  },

  step_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time a conversion step took, by result.',
    labels: { step: stepNames, result: stepResults },
    services: ['converter'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1800],
  },
  transcode_speed_ratio: {
    type: 'histogram',
    unit: 'ratio',
    help: 'Seconds of audio that ffmpeg encoded in a second.',
    labels: {},
    services: ['converter'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  },
  ffmpeg_cpu_seconds_total: {
    type: 'counter',
    unit: 'seconds',
    help: 'CPU time of ffmpeg, as it reports itself at the end of an encode.',
    labels: { mode: ['user', 'system'] },
    services: ['converter'],
  },
  audio_seconds_total: {
    type: 'counter',
    unit: 'seconds',
    help: 'Seconds of MP3 made.',
    labels: {},
    services: ['converter'],
  },
  work_disk_available_bytes: {
    type: 'gauge',
    unit: 'bytes',
    help: 'Room left for videos at work: what the file system under WORK_DIR has, less what attempts have reserved; what is kept for replays takes none away.',
    labels: {},
    services: ['converter'],
  },
  work_disk_size_bytes: {
    type: 'gauge',
    unit: 'bytes',
    help: 'Size of the file system under WORK_DIR.',
    labels: {},
    services: ['converter'],
  },

  breaker_state: {
    type: 'gauge',
    unit: null,
    help: 'Circuit breaker: 0 closed, 1 half-open, 2 open.',
    labels: { dependency: dependencies },
    services: ['gateway', ...workers],
  },
  breaker_transitions_total: {
    type: 'counter',
    unit: null,
    help: 'Changes of a circuit breaker, by what it became.',
    labels: { dependency: dependencies, state: breakerStates },
    services: ['gateway', ...workers],
  },

  mails_total: {
    type: 'counter',
    unit: null,
    help: 'Mails by kind and result.',
    labels: { kind: ['ready', 'failed'], result: ['ok', 'failed', 'deferred'] },
    services: ['notification'],
  },

  relay_active: {
    type: 'gauge',
    unit: null,
    help: 'Whether this relay is the active one (1) or stands by (0).',
    labels: {},
    services: ['relay'],
  },
  outbox_held_jobs: {
    type: 'gauge',
    unit: null,
    help: 'Accepted jobs that are not on the broker, replays aside; the active relay sets it.',
    labels: {},
    services: ['relay'],
  },
  outbox_held_replays: {
    type: 'gauge',
    unit: null,
    help: 'Jobs that an operator put back and that wait for their turn on the broker, counted up to 50,000; the active relay sets it.',
    labels: {},
    services: ['relay'],
  },
  outbox_published_total: {
    type: 'counter',
    unit: null,
    help: 'Messages the relay published: held jobs, replays, news that never went out, news sent again, news of jobs given up.',
    labels: { reason: ['held', 'replay', 'unheard-news', 'lost-news', 'given-up'] },
    services: ['relay'],
  },
  oldest_waiting_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the oldest job has waited: for a worker since it was uploaded or put back (video), for its mail since its news went out (mp3, failed); 0 when none does; the active relay sets it.',
    labels: { queue: workQueues },
    services: ['relay'],
  },
  lost_messages_total: {
    type: 'counter',
    unit: null,
    help: 'Jobs held anew because the broker lost their message.',
    labels: {},
    services: ['relay'],
  },
  swept_total: {
    type: 'counter',
    unit: null,
    help: 'What the sweeper removed, by bucket: files, and chunks without a file; `withheld`: files that it left, because they were too many, once for each sweep.',
    labels: { bucket: ['videos', 'mp3s'], swept: ['file', 'chunk', 'withheld'] },
    services: ['relay'],
  },
  dead_letters: {
    type: 'gauge',
    unit: null,
    help: 'Dead letters on file that wait for an operator, by work queue; the active relay sets it.',
    labels: { queue: workQueues },
    services: ['relay'],
  },
  dead_letters_filed_total: {
    type: 'counter',
    unit: null,
    help: 'Messages taken from the dead-letter queues and filed.',
    labels: { queue: workQueues },
    services: ['relay'],
  },
  dead_letters_acted_total: {
    type: 'counter',
    unit: null,
    help: 'Dead letters that an order was carried out for.',
    labels: { action: ['replay', 'discard', 'park', 'unpark'] },
    services: ['relay'],
  },
} as const satisfies Record<string, MetricDeclaration>;

export type MetricName = keyof typeof metricTable;

/** What prom-client itself adds to every process and rules or dashboards read. */
export const runtimeMetrics = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
] as const;
