import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { QueueDeclaration } from '../../contracts/topology';

/**
 * Runs a call that the broker may refuse with `refusal`, which closes the call's channel.
 *
 * @returns Whether it was done; false when it was refused with that code.
 */
export async function onChannelOfItsOwn(
  connection: ChannelModel,
  refusal: number,
  call: (channel: ConfirmChannel) => Promise<void>,
): Promise<boolean> {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined); // The same error rejects the call.
  try {
    await call(channel);
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === refusal) return false;
    throw error;
  }
  await channel.close();
  return true;
}

export async function declareQueue(
  channel: ConfirmChannel,
  queue: QueueDeclaration,
): Promise<void> {
  await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
}

/** Whether the queue is as declared; a missing one is made. */
export function isAsDeclared(connection: ChannelModel, queue: QueueDeclaration): Promise<boolean> {
  return onChannelOfItsOwn(connection, 406, (channel) => declareQueue(channel, queue));
}

export function queueExists(connection: ChannelModel, name: string): Promise<boolean> {
  return onChannelOfItsOwn(connection, 404, async (channel) => {
    await channel.checkQueue(name);
  });
}
