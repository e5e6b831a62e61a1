import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import type { Channel } from 'amqplib';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { buildTopology } from '../topology';
import { declaringServers } from './declaring-servers';
import { openTestLink, type TestLink } from './test-link';

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [200]);
let broker: TestBroker;
let link: TestLink;
let manager: AmqpConnectionManager;
/** For each declaration before a connect, the queues found to be different. */
let reports: string[][];
/** For each connect, the queues that its channel did not find. */
let missing: string[][];
let refusals: number;
/** Called once the queues are declared and before their short connection is closed. */
let onDeclared: () => void;

beforeEach(async () => {
  broker = await openTestBroker();
  link = await openTestLink(broker.vhost.url);
  reports = [];
  missing = [];
  refusals = 0;
  onDeclared = () => undefined;
  manager = connect(undefined, {
    reconnectTimeInSeconds: 0.05,
    findServers: declaringServers(link.url, topology, (different) => {
      reports.push(different.map(({ queue }) => queue));
      onDeclared();
    }),
  });
  manager.on('connectFailed', () => (refusals += 1));
  manager.createChannel({
    setup: async (channel: Channel) => {
      channel.on('error', () => undefined); // Of a queue that is missing; noted here.
      const found: string[] = [];
      for (const { name } of topology.queues) {
        await channel.checkQueue(name).catch(() => found.push(name));
      }
      missing.push(found);
    },
  });
  await connects(1);
}, 60_000);

afterEach(async () => {
  await manager.close();
  await link.cut();
  await broker.close();
});

const connects = (count: number) =>
  eventually(`connect number ${count}`, () => missing.length >= count || undefined);

async function deleteQueues(): Promise<void> {
  for (const { name } of topology.queues) await broker.channel.deleteQueue(name);
}

test('queues deleted since are declared before a forced reconnect, different ones told', async () => {
  await deleteQueues();
  await broker.channel.assertQueue('mp3', { durable: true });
  manager.reconnect();
  await connects(2);
  expect(missing).toEqual([[], []]);
  expect(reports).toEqual([[], ['mp3']]);
  expect(await broker.counts(topology)).toEqual({});
});

test.each([1, 2, 3])(
  'queues are declared when the broker comes back empty after %i refused connections',
  async (times) => {
    await deleteQueues();
    await link.cut();
    await eventually(`refusal ${times}`, () => refusals >= times || undefined);
    await link.mend();
    await connects(2);
    expect(missing).toEqual([[], []]);
    expect(reports).toEqual([[], []]);
  },
);

test('a connection that breaks while it is closing does not stop us from trying again', async () => {
  const cut = new Promise<void>((resolve, reject) => {
    onDeclared = () => {
      onDeclared = () => undefined;
      link.cut().then(resolve, reject);
    };
  });
  manager.reconnect();
  await cut;
  await eventually('a refusal', () => refusals > 0 || undefined);
  await link.mend();
  await connects(2);
});
