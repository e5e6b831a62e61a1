/** Queue names a deployer may choose; the tutorial's are the defaults. */
export interface QueueNames {
  readonly video: string;
  readonly mp3: string;
}

export const workQueues = ['video', 'mp3', 'failed'] as const;
export type WorkQueue = (typeof workQueues)[number];

export interface QueueDeclaration {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number>>;
}

/** What may be tuned without a new queue, so it is a policy and not an argument. */
export interface QueuePolicy {
  readonly name: string;
  /** Regular expression over queue names. */
  readonly pattern: string;
  readonly definition: Readonly<Record<string, string | number>>;
}

export interface Topology {
  /** Broker name of each work queue. */
  readonly queueNames: Readonly<Record<WorkQueue, string>>;
  /** Delays of the retry tiers in milliseconds, shortest first. */
  readonly retryDelaysMs: readonly number[];
  readonly queues: readonly QueueDeclaration[];
  readonly policies: readonly QueuePolicy[];
}

/** 10 s for a hiccup, 1 min for a restart, 10 min for an outage. */
export const defaultRetryDelaysMs: readonly number[] = [10_000, 60_000, 600_000];

export const deadQueue = (queue: string): string => `${queue}.dead`;

/** The delay is part of the name: its time-to-live is an argument, so a new delay is a new queue. */
export const retryQueue = (queue: string, delayMs: number): string =>
  `${queue}.retry.${delayLabel(delayMs)}`;

function delayLabel(delayMs: number): string {
  if (delayMs % 60_000 === 0) return `${delayMs / 60_000}m`;
  if (delayMs % 1_000 === 0) return `${delayMs / 1_000}s`;
  return `${delayMs}ms`;
}

const quorum = { 'x-queue-type': 'quorum' };

/**
 * The one table of queues. What correctness needs is an argument; what may be tuned is a policy.
 * Delay queues are quorum queues with at-least-once dead-lettering, which needs reject-publish
 * (rabbitmq.com/docs/quorum-queues, "Activating at-least-once dead-lettering").
 *
 * The policies are a backstop, and none for a classic queue of the tutorial's: RabbitMQ leaves out
 * a policy with any key that the type of the queue does not know.
 *
 * @throws Error when two queues would have one name.
 */
export function buildTopology(names: QueueNames, retryDelaysMs: readonly number[]): Topology {
  const queueNames = { video: names.video, mp3: names.mp3, failed: `${names.mp3}.failed` };
  const queues: QueueDeclaration[] = [];
  const policies: QueuePolicy[] = [];
  for (const queue of Object.values(queueNames)) {
    queues.push({ name: queue, arguments: quorum });
    queues.push({ name: deadQueue(queue), arguments: quorum });
    // A delay that comes twice, for two attempts, is one queue.
    for (const delayMs of new Set(retryDelaysMs)) {
      queues.push({
        name: retryQueue(queue, delayMs),
        arguments: {
          ...quorum,
          'x-message-ttl': delayMs,
          'x-dead-letter-exchange': '',
          'x-dead-letter-routing-key': queue,
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
        },
      });
    }
    policies.push({
      name: `${queue}-work`,
      pattern: exactly(queue),
      definition: {
        'dead-letter-exchange': '',
        'dead-letter-routing-key': deadQueue(queue),
        'dead-letter-strategy': 'at-least-once',
        overflow: 'reject-publish',
        // A backstop only: lost connections count towards it. Attempts are counted by the claim.
        'delivery-limit': 50,
      },
    });
    policies.push({
      name: `${queue}-dead`,
      pattern: exactly(deadQueue(queue)),
      // RabbitMQ 4 drops a message after 20 returned deliveries unless told otherwise, and whoever
      // files dead letters may crash that often. 3.10 refuses -1, which would mean never.
      definition: { 'delivery-limit': 1_000_000 },
    });
  }
  refuseSharedNames(queues.map(({ name }) => name));
  return { queueNames, retryDelaysMs, queues, policies };
}

/** The regular expression that this name matches and no other. */
const exactly = (queue: string): string => `^${queue.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

function refuseSharedNames(names: readonly string[]): void {
  const shared = names.filter((name, index) => names.indexOf(name) < index);
  if (shared.length === 0) return;
  throw new Error(
    `expected two queue names whose derived queues (.failed, .dead, .retry.*) differ, got ${[...new Set(shared)].join(', ')} twice`,
  );
}
