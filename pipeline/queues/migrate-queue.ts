import type { ChannelModel, ConfirmChannel, GetMessage, Options } from 'amqplib';
import type { QueueDeclaration } from '../../contracts/topology';
import { declareQueue, isAsDeclared, onChannelOfItsOwn, queueExists } from './queue-declared';

export interface QueueMigration {
  readonly queue: string;
  /** `migrated`: made anew as ours; `as-declared`: nothing had to be done. */
  readonly result: 'migrated' | 'as-declared';
  /** Messages moved out and back. */
  readonly moved: number;
}

/** Somebody consumes from the queue; what they hold unacked would be lost with it. */
export class QueueInUse extends Error {
  override readonly name = 'QueueInUse';
  constructor(queue: string, consumers: number) {
    super(
      `${queue} has ${consumers} consumer(s): stop them, and whatever publishes to it, then migrate again`,
    );
  }
}

/**
 * Makes a queue that exists with other arguments into the one declared and keeps every message in
 * it: they move to a waiting queue of ours, the empty queue is deleted (the broker refuses if a
 * message came in meanwhile; then those move too) and declared anew, and the messages move back.
 * A run that was cut off is finished by the next one.
 *
 * Publishers must be stopped: RabbitMQ confirms a message that is on its way to a queue in the
 * moment in which it is deleted, and loses it.
 *
 * @throws QueueInUse
 */
export async function migrateQueue(
  connection: ChannelModel,
  queue: QueueDeclaration,
): Promise<QueueMigration> {
  const waiting: QueueDeclaration = {
    name: `${queue.name}.migrating`,
    arguments: { 'x-queue-type': 'quorum' },
  };
  const leftOver = await queueExists(connection, waiting.name);
  if (!leftOver && (await isAsDeclared(connection, queue))) {
    return { queue: queue.name, result: 'as-declared', moved: 0 };
  }
  if (!(await isAsDeclared(connection, queue))) {
    await withChannel(connection, async (channel) => {
      await declareQueue(channel, waiting);
      let deleted = false;
      while (!deleted) {
        // Open beforehand, so that the deletion follows the last move as closely as it can.
        deleted = await onChannelOfItsOwn(connection, 406, async (deleting) => {
          const { consumerCount } = await channel.checkQueue(queue.name);
          if (consumerCount > 0) throw new QueueInUse(queue.name, consumerCount);
          await moveAll(channel, queue.name, waiting.name);
          await deleting.deleteQueue(queue.name, { ifEmpty: true, ifUnused: true });
        });
      }
    });
  }
  // A fresh channel: RabbitMQ 3.10 ends the connection of a channel that used a classic queue and
  // then meets a quorum queue of the same name (function_clause in rabbit_classic_queue:update).
  const moved = await withChannel(connection, async (channel) => {
    await declareQueue(channel, queue);
    const count = await moveAll(channel, waiting.name, queue.name);
    // Quorum queues cannot be deleted "if empty"; only this function writes to this one.
    await channel.deleteQueue(waiting.name);
    return count;
  });
  return { queue: queue.name, result: 'migrated', moved };
}

async function withChannel<Result>(
  connection: ChannelModel,
  use: (channel: ConfirmChannel) => Promise<Result>,
): Promise<Result> {
  const channel = await connection.createConfirmChannel();
  const result = await use(channel);
  await channel.close();
  return result;
}

/** One flush of the broker's log confirms a whole batch; one message at a time waits for each. */
const batchSize = 250;

/** Moves every message: a batch's copies are confirmed before its originals are acked. */
async function moveAll(channel: ConfirmChannel, from: string, to: string): Promise<number> {
  for (let moved = 0; ;) {
    const batch: GetMessage[] = [];
    while (batch.length < batchSize) {
      const message = await channel.get(from);
      if (message === false) break;
      batch.push(message);
    }
    if (batch.length === 0) return moved;
    for (const { content, properties } of batch) {
      channel.sendToQueue(to, content, { ...copiedOptions(properties), persistent: true });
    }
    await channel.waitForConfirms();
    for (const message of batch) channel.ack(message);
    moved += batch.length;
  }
}

/** A sender's user id may not be repeated: the broker refuses one that is not ours. */
function copiedOptions({ userId, ...original }: Options.Publish): Options.Publish {
  return original;
}
