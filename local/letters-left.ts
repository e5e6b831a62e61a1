import type { Channel, GetMessage } from 'amqplib';
import type { Db } from 'mongodb';
import { deadQueue, workQueues, type Topology, type WorkQueue } from '../contracts/topology';
import type { DeadLetterRecord } from '../dead-letters/dead-letter';
import { letterOf } from '../dead-letters/filing/letter-of';
import { openStores } from '../dead-letters/stores';

/** A dead letter that the product holds. Copies of one message are one letter. */
export interface LetterLeft {
  /** As it is on file; as it would be filed where nobody has. */
  readonly letter: DeadLetterRecord;
  readonly onFile: boolean;
  /** Copies that still stand in the queue where dead letters land. */
  readonly inQueue: number;
}

/** Finds every dead letter, on file and in the queues, and takes the latter off these. */
export async function takeLettersLeft(
  channel: Channel,
  { queueNames }: Pick<Topology, 'queueNames'>,
  database: Db,
): Promise<LetterLeft[]> {
  const queued: DeadLetterRecord[] = [];
  for (const workQueue of workQueues) {
    const queue = queueNames[workQueue];
    for (;;) {
      const message = await channel.get(deadQueue(queue), { noAck: true });
      if (message === false) break;
      queued.push(asFiled(queue, workQueue, message));
    }
  }
  // After the queues: the relay may just have filed what is not there any more.
  const filed = await openStores(database).letters.find().toArray();
  const onFile = new Set(filed.map(({ _id }) => _id));
  const letters = new Map([...queued, ...filed].map((letter) => [letter._id, letter]));
  return [...letters.values()].map((letter) => ({
    letter,
    onFile: onFile.has(letter._id),
    inQueue: queued.filter(({ _id }) => _id === letter._id).length,
  }));
}

function asFiled(queue: string, workQueue: WorkQueue, message: GetMessage): DeadLetterRecord {
  const properties: Readonly<Record<string, unknown>> = { ...message.properties };
  const { messageId, contentType, headers } = properties;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const arrived = {
    queue,
    workQueue,
    content: message.content,
    messageId: text(messageId),
    contentType: text(contentType),
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
  };
  return letterOf(arrived, new Date());
}
