import { connect, type ChannelModel } from 'amqplib';
import { buildTopology } from '../../contracts/topology';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { migrateQueue, QueueInUse } from './migrate-queue';

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
const video = topology.queues.find(({ name }) => name === 'video');
if (video === undefined) throw new Error('the topology has no queue video');

let broker: TestBroker;
let connection: ChannelModel;

beforeEach(async () => {
  broker = await openTestBroker();
  connection = await connect(broker.vhost.url);
}, 60_000);

afterEach(async () => {
  await connection.close();
  await broker.close();
});

async function queueType(name: string): Promise<string | undefined> {
  const path = `/api/queues/${broker.vhost.name}/${name}`;
  const { type } = (await callManagement(broker.vhost.api, 'GET', path)) as { type?: string };
  return type;
}

/** On a channel that has not seen the queue before; see migrate-queue.ts for what 3.10 does. */
async function bodies(queue: string): Promise<unknown[]> {
  const channel = await connection.createChannel();
  const found: unknown[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) break;
    found.push(JSON.parse(message.content.toString()));
  }
  await channel.close();
  return found;
}

const numbers = Array.from({ length: 50 }, (_, index) => index);

it("turns the tutorial's classic queue into ours and keeps every message in order", async () => {
  await broker.channel.assertQueue('video', { durable: true });
  await Promise.all(numbers.map((number) => broker.publish('video', number)));
  const migration = await migrateQueue(connection, video);
  expect(migration).toEqual({ queue: 'video', result: 'migrated', moved: 50 });
  expect(await queueType('video')).toBe('quorum');
  expect(await bodies('video')).toEqual(numbers);
  await expect(queueType('video.migrating')).rejects.toThrow('404');
});

it('leaves a queue of ours alone', async () => {
  await broker.channel.assertQueue('video', { durable: true, arguments: video.arguments });
  await broker.publish('video', 1);
  expect(await migrateQueue(connection, video)).toMatchObject({ result: 'as-declared', moved: 0 });
  expect(await bodies('video')).toEqual([1]);
});

it('finishes a run that was cut off after the queue was deleted', async () => {
  await broker.channel.assertQueue('video.migrating', {
    durable: true,
    arguments: video.arguments,
  });
  await broker.publish('video.migrating', 7);
  expect(await migrateQueue(connection, video)).toMatchObject({ result: 'migrated', moved: 1 });
  expect(await bodies('video')).toEqual([7]);
});

it('refuses while somebody consumes, and keeps what they hold', async () => {
  await broker.channel.assertQueue('video', { durable: true });
  await Promise.all(numbers.map((number) => broker.publish('video', number)));
  const consumer = await connection.createChannel();
  await consumer.prefetch(5);
  await consumer.consume('video', () => undefined);
  await expect(migrateQueue(connection, video)).rejects.toThrow(QueueInUse);
  await consumer.close();
  expect(await migrateQueue(connection, video)).toMatchObject({ result: 'migrated', moved: 50 });
  expect(await bodies('video')).toHaveLength(50);
});
