import { connect, type ChannelModel } from 'amqplib';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { publishDeepHeaders } from './test-deep-headers';
import { surviveUnreadableHeaders } from './unreadable-headers';

let broker: TestBroker;
let sender: ChannelModel;
let reader: ChannelModel;
const errors: unknown[] = [];

beforeAll(async () => {
  broker = await openTestBroker();
  sender = await connect(broker.vhost.url);
  reader = await connect(broker.vhost.url);
  reader.on('error', (error) => errors.push(error));
  surviveUnreadableHeaders(reader);
  await broker.channel.assertQueue('deep', { arguments: { 'x-queue-type': 'quorum' } });
}, 60_000);

afterAll(async () => {
  await sender.close();
  await reader.close();
  await broker.close();
});

const body = Buffer.from('{"video_fid": "a"}');

/** One frame of 128 kB holds the second number at most. */
it.each([6_000, 21_800])(
  'reads on behind a message whose headers nest %p levels',
  async (levels) => {
    await publishDeepHeaders(sender, 'deep', levels, { messageId: 'm-1', body });
    await broker.publish('deep', { n: 2 }, { messageId: 'm-2', headers: { attempt: 3 } });
    const channel = await reader.createChannel();
    const [deep, other] = [
      await eventually('the first', async () => (await channel.get('deep')) || undefined),
      await eventually('the second', async () => (await channel.get('deep')) || undefined),
    ];
    expect(deep).toMatchObject({
      content: body,
      properties: {
        messageId: 'm-1',
        contentType: 'application/json',
        deliveryMode: 2,
        headers: { 'unreadable-headers': expect.stringMatching(/^\d+ bytes of headers/) as string },
      },
    });
    expect(other.properties).toMatchObject({ messageId: 'm-2', headers: { attempt: 3 } });
    channel.ackAll();
    await channel.close();
    expect(errors).toEqual([]);
  },
  30_000,
);

it('delivers it to a consumer, in any pieces', async () => {
  const channel = await reader.createChannel();
  const arrived: string[] = [];
  await channel.consume('deep', (message) => {
    arrived.push(String(message?.properties.messageId));
    if (message !== null) channel.ack(message);
  });
  for (const messageId of ['a', 'b', 'c']) {
    await publishDeepHeaders(sender, 'deep', 6_000, { messageId, body });
  }
  await eventually('all', () => arrived.length === 3 || undefined);
  expect(arrived).toEqual(['a', 'b', 'c']);
  await channel.close();
}, 30_000);

it('leaves headers alone that can be read', async () => {
  await publishDeepHeaders(sender, 'deep', 3, { messageId: 'm-3', body });
  const channel = await reader.createChannel();
  const read = await eventually('it', async () => (await channel.get('deep')) || undefined);
  expect(read.properties.headers).toMatchObject({ '': { '': { '': {} } } });
  channel.ackAll();
  await channel.close();
});
