import { z } from 'zod';
import { type ConfigOf, type Setting, integer, text } from '../observability/config';
import {
  brokerSettings,
  bucketRelations,
  bucketSettings,
  jobSettings,
  maxQueuedPerOwner,
  processSettings,
  publishTimeoutMs,
} from '../observability/shared-settings';

const hostAndPort: Setting<string> = {
  env: 'AUTH_SVC_ADDRESS',
  schema: z.string().regex(/^(\[[0-9a-f:]+\]|[^\s/:@]+):\d{1,5}$/i),
  expected: 'host:port, without a scheme',
  default: 'auth:5000',
  meaning: 'Where the auth service listens.',
};

/** Every setting of the gateway; the README's table is made from it. */
export const gatewaySettings = {
  host: text({ env: 'HOST', default: '0.0.0.0', meaning: 'Address the public port binds.' }),
  port: integer({ env: 'PORT', default: 8080, min: 0, max: 65_535, meaning: 'Public port.' }),
  ...processSettings,
  authAddress: hostAndPort,
  authTimeoutMs: integer({
    env: 'AUTH_TIMEOUT_MS',
    default: 5_000,
    min: 100,
    max: 60_000,
    meaning: 'How long auth may take to answer; a request waits that long before its 503.',
  }),
  ...jobSettings,
  ...bucketSettings,
  mongoSelectTimeoutMs: integer({
    env: 'MONGO_SELECT_TIMEOUT_MS',
    default: 3_000,
    min: 100,
    max: 60_000,
    meaning: 'How long a request waits for a reachable MongoDB before its 503.',
  }),
  ...brokerSettings,
  publishTimeoutMs,
  maxQueuedPerOwner,
  maxBacklog: integer({
    env: 'MAX_BACKLOG',
    default: 10_000,
    min: 1,
    max: 10_000_000,
    meaning:
      'Accepted jobs that may wait outside the queue, for RabbitMQ or for their turn; beyond it uploads are answered 503.',
  }),
  maxUploadBytes: integer({
    env: 'MAX_UPLOAD_BYTES',
    default: 4 * 1024 ** 3,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'Largest video accepted; a larger one is answered 413 while it streams in.',
  }),
  idleTimeoutMs: integer({
    env: 'IDLE_TIMEOUT_MS',
    default: 60_000,
    min: 100,
    max: 3_600_000,
    meaning: 'How long an upload or download may stand still; there is no limit on its whole time.',
  }),
  shutdownTimeoutMs: integer({
    env: 'STOP_TIMEOUT_MS',
    default: 25_000,
    min: 0,
    max: 3_600_000,
    meaning: 'How long running uploads and downloads may go on after SIGTERM.',
  }),
};

export type GatewayConfig = ConfigOf<typeof gatewaySettings>;

/** Settings that are fine alone and wrong together. */
export function gatewayRelations(config: GatewayConfig): string[] {
  const problems: string[] = [];
  if (config.port !== 0 && config.port === config.adminPort) {
    problems.push(`PORT and ADMIN_PORT: expected two ports, got ${config.port} for both`);
  }
  problems.push(...bucketRelations(config));
  if (config.videoQueue === config.mp3Queue) {
    problems.push(`VIDEO_QUEUE and MP3_QUEUE: expected two queues, got ${config.videoQueue} twice`);
  }
  return problems;
}
