import type { Channel, ChannelModel } from 'amqplib';
import { refusalOf } from '../../contracts/broker/refusal-of';
import type { QueueDeclaration } from '../../contracts/topology';

/** Whether a call was done; false when the broker refused it with that code. */
export async function onChannelOfItsOwn(
  connection: ChannelModel,
  refusal: 404 | 406,
  call: (channel: Channel) => Promise<unknown>,
): Promise<boolean> {
  return (await refusalOf(connection, refusal, call)) === undefined;
}

export async function declareQueue(channel: Channel, queue: QueueDeclaration): Promise<void> {
  await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
}

/** Whether the queue is as declared; a missing one is made. */
export function isAsDeclared(connection: ChannelModel, queue: QueueDeclaration): Promise<boolean> {
  return onChannelOfItsOwn(connection, 406, (channel) => declareQueue(channel, queue));
}

export function queueExists(connection: ChannelModel, name: string): Promise<boolean> {
  return onChannelOfItsOwn(connection, 404, (channel) => channel.checkQueue(name));
}
