import { flag, integer, optional, text, url } from '../observability/config';
import {
  brokerSettings,
  bucketSettings,
  jobSettings,
  maxQueuedPerOwner,
  processSettings,
  publishTimeoutMs,
} from '../observability/shared-settings';

/** Settings that every worker has. */
const workerSettings = {
  ...processSettings,
  ...brokerSettings,
  publishTimeoutMs,
  ...jobSettings,
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
  stopTimeoutMs: integer({
    env: 'STOP_TIMEOUT_MS',
    default: 30_000,
    min: 0,
    max: 3_600_000,
    meaning:
      'How long running work may take to finish after SIGTERM before it is handed back, in milliseconds.',
  }),
};

export const converterSettings = {
  ...workerSettings,
  ...bucketSettings,
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

export const queuesSettings = {
  ...brokerSettings,
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

export const relaySettings = {
  ...processSettings,
  ...brokerSettings,
  publishTimeoutMs,
  maxQueuedPerOwner,
  maxQueuedReplays: integer({
    env: 'MAX_QUEUED_REPLAYS',
    default: 8,
    min: 1,
    max: 10_000,
    meaning:
      'Replayed jobs, and mails of replayed jobs, in the queues at a time; the others are held, so that fresh uploads do not wait for them.',
  }),
  ...jobSettings,
  ...bucketSettings,
  relayEveryMs: integer({
    env: 'RELAY_EVERY_MS',
    default: 500,
    min: 10,
    max: 60_000,
    meaning: 'Pause between two looks at the held jobs, in milliseconds.',
  }),
  relayLeaseMs: integer({
    env: 'RELAY_LEASE_MS',
    default: 5_000,
    min: 300,
    max: 600_000,
    meaning: 'How soon another relay takes over from one that died, in milliseconds.',
  }),
  lostAfterMs: integer({
    env: 'LOST_AFTER_MS',
    default: 30_000,
    min: 100,
    max: 86_400_000,
    meaning:
      'How long nothing may be heard of a job whose message the queues lack before it is sent again, in milliseconds.',
  }),
  sweepEveryMs: integer({
    env: 'SWEEP_EVERY_MS',
    default: 3_600_000,
    min: 100,
    max: 604_800_000,
    meaning: 'Pause between two sweeps of files and chunks that no job needs, in milliseconds.',
  }),
  sweepAgeMs: integer({
    env: 'SWEEP_AGE_MS',
    default: 3_600_000,
    min: 1_000,
    max: 604_800_000,
    meaning:
      'How old a file, or the last chunk of an unfinished one, must be to be swept, in milliseconds; longer than an upload may stand still.',
  }),
  sweepRemovesMost: flag({
    env: 'SWEEP_REMOVES_MOST',
    default: false,
    meaning:
      'Whether the first sweep after the start may remove more than half of the files, or files while there is no job on record; otherwise it removes none then, and says so.',
  }),
};
