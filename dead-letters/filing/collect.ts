import type { GetMessage } from 'amqplib';
import { deadQueue, workQueues, type Topology, type WorkQueue } from '../../contracts/topology';
import { durable } from '../../contracts/job-collection';
import type { BrokerConnection } from '../../observability/broker-connection';
import type { DeathReason } from '../dead-letter';
import type { DeadLetterStores } from '../stores';
import type { ArrivedMessage } from './arrived-message';
import { fileMessages } from './file-messages';
import { noteFiled } from './note-filed';
import { readDeath, workersReason } from './read-death';

/** At a time; many small ones make one write, and few large ones do not fill the memory. */
const limits = { messages: 250, bytes: 8 * 1024 * 1024 };

export interface CollectDeps {
  readonly stores: DeadLetterStores;
  readonly broker: Pick<BrokerConnection, 'take' | 'readyMessages'>;
  readonly topology: Topology;
  /** Asked before each batch; throws to end it. */
  readonly proceed: () => void;
  readonly onFiled: (queue: WorkQueue, messages: number) => void;
  /** Of each message filed that no worker of ours gave up. */
  readonly onFoundDead: (queue: WorkQueue, reason: DeathReason) => void;
  readonly onJobsEnded: (jobs: number) => void;
}

/**
 * Files what is in the dead-letter queues: on record first, acked then. While MongoDB is away the
 * messages wait where they are.
 *
 * @throws BrokerAway, or the error of MongoDB
 */
export async function collectDeadLetters({
  stores,
  broker,
  topology,
  proceed,
  onFiled,
  onFoundDead,
  onJobsEnded,
}: CollectDeps): Promise<void> {
  for (const workQueue of workQueues) {
    const queue = topology.queueNames[workQueue];
    if ((await broker.readyMessages([deadQueue(queue)])) === 0) continue;
    await proveWritable(stores);
    for (;;) {
      proceed();
      let filed: readonly ArrivedMessage[] = [];
      const taken = await broker.take(deadQueue(queue), limits, async (messages) => {
        filed = messages.map((message) => arrived(queue, workQueue, message));
        const startedAt = Date.now();
        onJobsEnded(await fileMessages(stores, filed));
        noteFiled(filed, startedAt);
      });
      if (taken === 0) break;
      onFiled(workQueue, taken);
      for (const message of filed) {
        if (workersReason(message.headers) !== undefined) continue;
        onFoundDead(workQueue, readDeath(message, new Date()).reason);
      }
    }
  }
}

/**
 * Messages that are taken and not acked count as delivered once more, and RabbitMQ 4 drops them
 * after 20 times (rabbitmq.com/docs/quorum-queues, "Poison Message Handling"). So none is taken
 * while MongoDB is away or has no room.
 *
 * @throws the error of MongoDB
 */
async function proveWritable({ database }: DeadLetterStores): Promise<void> {
  await database
    .collection<{ _id: string }>('dead_letter_collector', durable)
    .updateOne({ _id: 'last-look' }, { $currentDate: { at: true } }, { upsert: true });
}

function arrived(queue: string, workQueue: WorkQueue, message: GetMessage): ArrivedMessage {
  const properties: Readonly<Record<string, unknown>> = { ...message.properties };
  const { headers, messageId, contentType } = properties;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    queue,
    workQueue,
    content: message.content,
    messageId: text(messageId),
    contentType: text(contentType),
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
  };
}
