import { connect, type GetMessage } from 'amqplib';
import { publishDeepHeaders } from '../contracts/broker/test-deep-headers';
import { openTestLink, type TestLink } from '../contracts/broker/test-link';
import { buildTopology } from '../contracts/topology';
import { createVhost, type TestVhost } from '../local/test-stack';
import { eventually } from '../local/test-broker';
import { BrokerAway, BrokerConnection } from './broker-connection';
import { createLogger } from './logger';

let vhost: TestVhost;
let link: TestLink;
let connection: BrokerConnection;

beforeAll(async () => {
  vhost = await createVhost();
  link = await openTestLink(vhost.url);
  // So that one left open is one too many.
  const url = `${link.url}?channelMax=1`;
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
  const log = createLogger('test', 'silent');
  connection = new BrokerConnection('take', url, topology, 3_000, log);
  await eventually('a connection', () => connection.condition().ok || undefined);
}, 60_000);

afterAll(async () => {
  await connection.close();
  await link.cut();
  await vhost.drop();
});

it('takes a message whose headers nobody can read', async () => {
  const queue = 'video.dead';
  const messageId = 'deep';
  const sender = await connect(vhost.url);
  await publishDeepHeaders(sender, queue, 8_000, { messageId, body: Buffer.from('hello') });
  await sender.close();
  const taken: GetMessage[] = [];
  await eventually('the message', async () => {
    const use = (messages: readonly GetMessage[]) => Promise.resolve(void taken.push(...messages));
    await connection.take(queue, { messages: 9, bytes: 9_000 }, use);
    return taken.length > 0 || undefined;
  });
  expect(taken).toMatchObject([{ content: Buffer.from('hello'), properties: { messageId } }]);
  expect(await connection.readyMessages([queue])).toBe(0);
  expect(connection.condition().ok).toBe(true);
}, 30_000);

const take = () => connection.take('video', { messages: 1, bytes: 1 }, () => Promise.resolve());

it('leaves no channel open that the broker opened too late', async () => {
  await eventually('an answer', () => take().catch(() => undefined));
  link.stall();
  await expect(take()).rejects.toBeInstanceOf(BrokerAway);
  await link.mend();
  expect(await eventually('another channel', () => take().catch(() => undefined))).toBe(0);
}, 60_000);
