import type { Channel, ChannelModel } from 'amqplib';
import type { QueueDeclaration, Topology } from '../topology';

/** A queue that exists with other arguments than ours. We use it as it is. */
export interface DifferentQueue {
  readonly queue: string;
  /** What the broker said (406 PRECONDITION_FAILED names the argument that differs). */
  readonly difference: string;
}

/**
 * Declares every queue of the topology, idempotently. An existing queue with other arguments (the
 * tutorial's were made by hand as classic queues) is left as it is and returned, so that the
 * caller can say so.
 *
 * @throws whatever the connection throws, a 406 excepted.
 */
export async function declareTopology(
  connection: ChannelModel,
  topology: Topology,
): Promise<DifferentQueue[]> {
  const different: DifferentQueue[] = [];
  for (const queue of topology.queues) {
    const difference = await declareQueue(connection, queue);
    if (difference !== undefined) different.push({ queue: queue.name, difference });
  }
  return different;
}

/** Each queue gets a channel of its own, because the broker closes the channel on a 406. */
async function declareQueue(
  connection: ChannelModel,
  queue: QueueDeclaration,
): Promise<string | undefined> {
  const channel: Channel = await connection.createChannel();
  channel.on('error', () => undefined); // The same error rejects assertQueue below.
  try {
    await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
  } catch (error) {
    if (isPreconditionFailed(error)) return error.message;
    throw error;
  }
  await channel.close();
  return undefined;
}

function isPreconditionFailed(error: unknown): error is Error {
  return Error.isError(error) && 'code' in error && error.code === 406;
}
