import type { Channel, ChannelModel } from 'amqplib';
import type { QueueDeclaration, Topology } from '../topology';
import { refusalOf } from './refusal-of';

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
 * @throws whatever the connection throws; a 406 only for a queue that is not there afterwards.
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

async function declareQueue(
  connection: ChannelModel,
  { name, arguments: queueArguments }: QueueDeclaration,
): Promise<string | undefined> {
  const declare = (channel: Channel) =>
    channel.assertQueue(name, { durable: true, arguments: queueArguments });
  const refusal = await refusalOf(connection, 406, declare);
  if (refusal === undefined) return undefined;
  // The same code answers an argument the broker does not take at all; then there is no queue.
  const missing = await refusalOf(connection, 404, (channel) => channel.checkQueue(name));
  if (missing !== undefined) throw refusal;
  return refusal.message;
}
