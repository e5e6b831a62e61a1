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
  connection = new BrokerConnection('take', url, topology, 500, log);
  await eventually('a connection', () => connection.condition().ok || undefined);
}, 60_000);

afterAll(async () => {
  await connection.close();
  await link.cut();
  await vhost.drop();
});

const take = () => connection.take('video', { messages: 1, bytes: 1 }, () => Promise.resolve());

it('leaves no channel open that the broker opened too late', async () => {
  await eventually('an answer', () => take().catch(() => undefined));
  link.stall();
  await expect(take()).rejects.toBeInstanceOf(BrokerAway);
  await link.mend();
  expect(await eventually('another channel', () => take().catch(() => undefined))).toBe(0);
}, 60_000);
