import { defaultDatabases } from '../contracts/gridfs';
import { defaultRetryDelaysMs } from '../contracts/topology';
import { type ConfigOf, integer, integerList, oneOf, optional, text, url } from './config';
import { logLevels } from './logger';

/** Settings that every process has. */
export const processSettings = {
  adminHost: text({
    env: 'ADMIN_HOST',
    default: '0.0.0.0',
    meaning: 'Address the admin port listens on; only the platform should reach it.',
  }),
  adminPort: integer({
    env: 'ADMIN_PORT',
    default: 9090,
    min: 0,
    max: 65_535,
    meaning: 'Port of `/metrics`, `/livez` and `/readyz`.',
  }),
  logLevel: oneOf({
    env: 'LOG_LEVEL',
    default: 'info',
    choices: logLevels,
    meaning: 'Least severe log line that is written.',
  }),
  otlpEndpoint: optional(
    url({
      env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      protocols: ['http', 'https'],
      meaning:
        'Base URL of an OpenTelemetry collector, which gets traces as OTLP over HTTP at `/v1/traces` below it; left out, nothing is traced.',
    }),
  ),
};

/** The broker and its queues; the same for every process that uses them. */
export const brokerSettings = {
  rabbitmqUrl: url({
    env: 'RABBITMQ_URL',
    default: 'amqp://rabbitmq:5672',
    secret: true,
    protocols: ['amqp', 'amqps'],
    meaning:
      'RabbitMQ, with user, password and virtual host; without a user the client uses guest/guest.',
  }),
  videoQueue: text({
    env: 'VIDEO_QUEUE',
    default: 'video',
    meaning: 'Queue of videos to convert.',
  }),
  mp3Queue: text({
    env: 'MP3_QUEUE',
    default: 'mp3',
    meaning: 'Queue of MP3s that are ready; refusals go to the same name with `.failed`.',
  }),
  retryDelaysMs: integerList({
    env: 'RETRY_DELAYS_MS',
    default: defaultRetryDelaysMs,
    min: 1,
    meaning:
      'Delays before attempt 2, 3, …, in milliseconds; the last one repeats. A new delay makes a new queue.',
  }),
};

export const publishTimeoutMs = integer({
  env: 'PUBLISH_TIMEOUT_MS',
  default: 5_000,
  min: 100,
  max: 60_000,
  meaning: 'How long to wait for the broker to confirm a message, in milliseconds.',
});

export const maxQueuedPerOwner = integer({
  env: 'MAX_QUEUED_PER_OWNER',
  default: 8,
  min: 1,
  max: 10_000,
  meaning:
    'Jobs of one owner in the queue at a time; further ones are held in order, so that nobody else waits for them.',
});

/** MongoDB and the job records in it. */
export const jobSettings = {
  mongoUrl: url({
    env: 'MONGO_URL',
    default: 'mongodb://host.minikube.internal:27017',
    secret: true,
    protocols: ['mongodb', 'mongodb+srv'],
    meaning:
      "MongoDB with videos, MP3s and job records. Writes wait for the journal and the server's default write concern, whatever `w` is here.",
  }),
  mongoSocketTimeoutMs: integer({
    env: 'MONGO_SOCKET_TIMEOUT_MS',
    default: 30_000,
    min: 1_000,
    max: 600_000,
    meaning: 'How long MongoDB may stay silent in the middle of an operation.',
  }),
  jobsDatabase: text({
    env: 'JOBS_DATABASE',
    default: defaultDatabases.jobs,
    meaning: 'MongoDB database of job records and the mail ledger.',
  }),
};

/** Where files are. */
export const bucketSettings = {
  videosDatabase: text({
    env: 'VIDEOS_DATABASE',
    default: defaultDatabases.videos,
    meaning: 'MongoDB database of uploaded videos (bucket `fs`).',
  }),
  mp3sDatabase: text({
    env: 'MP3S_DATABASE',
    default: defaultDatabases.mp3s,
    meaning: 'MongoDB database of MP3s (bucket `fs`).',
  }),
};

/** In one database the sweeper would take videos for MP3s that no job has. */
export function bucketRelations(config: ConfigOf<typeof bucketSettings>): string[] {
  if (config.videosDatabase !== config.mp3sDatabase) return [];
  return [
    `VIDEOS_DATABASE and MP3S_DATABASE: expected two databases, got ${config.videosDatabase} for both`,
  ];
}
