import type { Channel, ChannelModel } from 'amqplib';

/**
 * Makes a call that the broker may refuse with `code`, on a channel of its own, because the broker
 * closes the channel of a call it refuses.
 *
 * @returns The refusal; undefined when the call was done.
 * @throws whatever else the call rejects with.
 */
export async function refusalOf(
  connection: ChannelModel,
  code: 404 | 406,
  call: (channel: Channel) => Promise<unknown>,
): Promise<Error | undefined> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined); // The same error rejects the call below.
  try {
    await call(channel);
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === code) return error;
    throw error;
  }
  await channel.close();
  return undefined;
}
