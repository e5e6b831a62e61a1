import { defaultDatabases } from '../contracts/gridfs';
import { defaultRetryDelaysMs } from '../contracts/topology';
import { integer, integerList, oneOf, optional, text, url } from '../observability/config';
import { logLevels } from '../observability/logger';

/** Settings that every process of the pipeline has. */
const workerSettings = {
  rabbitmqUrl: url({
    env: 'RABBITMQ_URL',
    default: 'amqp://rabbitmq:5672',
    secret: true,
    protocols: ['amqp', 'amqps'],
    meaning: 'RabbitMQ; without user and password the client uses guest/guest.',
  }),
  mongoUrl: url({
    env: 'MONGO_URL',
    default: 'mongodb://host.minikube.internal:27017',
    secret: true,
    protocols: ['mongodb', 'mongodb+srv'],
    meaning: 'MongoDB with the videos, the MP3s and the job records.',
  }),
  videoQueue: text({
    env: 'VIDEO_QUEUE',
    default: 'video',
    meaning: 'Queue of videos to convert.',
  }),
  mp3Queue: text({
    env: 'MP3_QUEUE',
    default: 'mp3',
    meaning: 'Queue of MP3s that are ready; failures go to the same name with `.failed`.',
  }),
  retryDelaysMs: integerList({
    env: 'RETRY_DELAYS_MS',
    default: defaultRetryDelaysMs,
    min: 1,
    meaning:
      'Delays before attempt 2, 3, …, in milliseconds; the last one repeats. A new delay makes a new queue.',
  }),
  maxAttempts: integer({
    env: 'MAX_ATTEMPTS',
    default: 4,
    min: 1,
    max: 100,
    meaning: 'Attempts before a message becomes a dead letter.',
  }),
  claimMs: integer({
    env: 'CLAIM_MS',
    default: 30_000,
    min: 500,
    max: 3_600_000,
    meaning:
      'How long a claim lasts unless renewed, in milliseconds; a job of a crashed worker waits this long.',
  }),
  publishTimeoutMs: integer({
    env: 'PUBLISH_TIMEOUT_MS',
    default: 5_000,
    min: 100,
    max: 60_000,
    meaning: 'How long to wait for the broker to confirm a message, in milliseconds.',
  }),
  stopTimeoutMs: integer({
    env: 'STOP_TIMEOUT_MS',
    default: 30_000,
    min: 0,
    max: 3_600_000,
    meaning:
      'How long running work may take to finish after SIGTERM before it is handed back, in milliseconds.',
  }),
  jobsDatabase: text({
    env: 'JOBS_DATABASE',
    default: defaultDatabases.jobs,
    meaning: 'MongoDB database of job records and the mail ledger.',
  }),
  adminHost: text({
    env: 'ADMIN_HOST',
    default: '0.0.0.0',
    meaning: 'Address of the admin port (metrics, health).',
  }),
  adminPort: integer({
    env: 'ADMIN_PORT',
    default: 9090,
    min: 0,
    max: 65_535,
    meaning: 'Port for `/metrics`, `/livez` and `/readyz`.',
  }),
  logLevel: oneOf({
    env: 'LOG_LEVEL',
    default: 'info',
    choices: logLevels,
    meaning: 'Least level that is logged.',
  }),
};

export const converterSettings = {
  ...workerSettings,
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
  concurrency: optional(
    integer({
      env: 'CONCURRENCY',
      min: 1,
      max: 256,
      meaning:
        'Conversions at a time; also the prefetch. Left out: one for each core; more gains nothing.',
    }),
  ),
  workDirectory: text({
    env: 'WORK_DIR',
    default: '/tmp/video-to-mp3',
    meaning: 'Directory for the video and MP3 being worked on.',
  }),
  fetchTimeoutMs: integer({
    env: 'FETCH_TIMEOUT_MS',
    default: 1_800_000,
    min: 100,
    max: 86_400_000,
    meaning: 'Longest time to fetch a video, in milliseconds.',
  }),
  transcodeTimeoutMs: integer({
    env: 'TRANSCODE_TIMEOUT_MS',
    default: 7_200_000,
    min: 100,
    max: 86_400_000,
    meaning: 'Longest time to transcode, in milliseconds.',
  }),
  storeTimeoutMs: integer({
    env: 'STORE_TIMEOUT_MS',
    default: 600_000,
    min: 100,
    max: 86_400_000,
    meaning: 'Longest time to store an MP3, in milliseconds.',
  }),
  maxAudioS: integer({
    env: 'MAX_AUDIO_S',
    default: 43_200,
    min: 1,
    max: 864_000,
    meaning: 'Longest audio that is converted, in seconds; more is refused as too long.',
  }),
};

export const notificationSettings = {
  ...workerSettings,
  smtpUrl: optional(
    url({
      env: 'SMTP_URL',
      secret: true,
      protocols: ['smtp', 'smtps'],
      meaning: 'Mail server; left out, Gmail is used with the two settings below.',
    }),
  ),
  gmailAddress: optional(
    text({
      env: 'GMAIL_ADDRESS',
      meaning: 'Gmail account to send from, through smtp.gmail.com:587.',
    }),
  ),
  gmailPassword: optional(
    text({
      env: 'GMAIL_PASSWORD',
      secret: true,
      meaning: 'App password of that account.',
    }),
  ),
  mailFrom: optional(
    text({
      env: 'MAIL_FROM',
      meaning: 'Sender of the mails; left out, GMAIL_ADDRESS.',
    }),
  ),
  publicUrl: url({
    env: 'PUBLIC_URL',
    default: 'http://mp3converter.com',
    protocols: ['http', 'https'],
    meaning: 'Address of the gateway as listeners reach it; stands in the mails.',
  }),
  mailConcurrency: integer({
    env: 'MAIL_CONCURRENCY',
    default: 4,
    min: 1,
    max: 256,
    meaning: 'Mails sent at a time; also the prefetch of each queue.',
  }),
  mailTimeoutMs: integer({
    env: 'MAIL_TIMEOUT_MS',
    default: 30_000,
    min: 100,
    max: 600_000,
    meaning: 'Longest silence of the mail server, in milliseconds.',
  }),
};

const { rabbitmqUrl, videoQueue, mp3Queue, retryDelaysMs } = workerSettings;

export const queuesSettings = {
  rabbitmqUrl,
  videoQueue,
  mp3Queue,
  retryDelaysMs,
  managementUrl: url({
    env: 'RABBITMQ_MANAGEMENT_URL',
    default: 'http://rabbitmq:15672',
    protocols: ['http', 'https'],
    meaning: "RabbitMQ's management API, for the policies.",
  }),
  managementUser: optional(
    text({
      env: 'RABBITMQ_MANAGEMENT_USER',
      meaning: 'User with the tag `policymaker`; left out, the user of RABBITMQ_URL.',
    }),
  ),
  managementPassword: optional(
    text({
      env: 'RABBITMQ_MANAGEMENT_PASSWORD',
      secret: true,
      meaning: 'Password of that user; left out, the one of RABBITMQ_URL.',
    }),
  ),
};
