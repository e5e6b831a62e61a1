import type { Role } from './events';

/**
 * The product's own settings, shortened so that minutes of waiting become seconds. Every wait of a
 * schedule (deck.ts) is chosen to fit these.
 */
export const maxAttempts = 4;
export const claimMs = 4_000;
export const retryDelaysMs: readonly number[] = [1_000, 2_000, 4_000];

/** Two of these without a sign of life, and the broker hands a worker's deliveries to another. */
export const heartbeatS = 2;

/** How long a process may take to end after SIGTERM before the platform kills it. */
export const graceMs = 12_000;

/** A waiting job starts so soon after a server came back. */
export const recoveryLimitMs = 15_000;

/** Everybody sees a silent MongoDB within seconds; the driver's default is half a minute. */
export const mongoOptions = 'heartbeatFrequencyMS=1000&connectTimeoutMS=4000';

const shared = {
  LOG_LEVEL: 'info',
  RETRY_DELAYS_MS: retryDelaysMs.join(','),
  PUBLISH_TIMEOUT_MS: '3000',
  STOP_TIMEOUT_MS: '5000',
  MAX_ATTEMPTS: String(maxAttempts),
  CLAIM_MS: String(claimMs),
  MONGO_SOCKET_TIMEOUT_MS: '10000',
};

/** What each process gets besides its addresses. A setting that it does not know does no harm. */
export const shortTimes: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
  auth: { MYSQL_TIMEOUT_MS: '2000' },
  gateway: {
    ...shared,
    AUTH_TIMEOUT_MS: '3000',
    MONGO_SELECT_TIMEOUT_MS: '2000',
    IDLE_TIMEOUT_MS: '10000',
  },
  converter: {
    ...shared,
    CONCURRENCY: '2',
    FETCH_TIMEOUT_MS: '20000',
    TRANSCODE_TIMEOUT_MS: '30000',
    STORE_TIMEOUT_MS: '20000',
  },
  // One mail of each queue at a time: a kill then excuses one repeat of each (judge-mails.ts).
  notification: { ...shared, MAIL_TIMEOUT_MS: '4000', MAIL_CONCURRENCY: '1' },
  relay: {
    ...shared,
    RELAY_EVERY_MS: '500',
    RELAY_LEASE_MS: '2000',
    LOST_AFTER_MS: '6000',
    SWEEP_EVERY_MS: '5000',
    SWEEP_AGE_MS: '60000',
  },
};
