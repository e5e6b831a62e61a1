import { connect, type ChannelModel } from 'amqplib';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { buildTopology } from '../topology';
import { declareTopology } from './declare-topology';

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [200, 60_000]);
const names = topology.queues.map(({ name }) => name).sort();

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

interface ListedQueue {
  readonly name: string;
  readonly durable: boolean;
  readonly arguments: Record<string, unknown>;
}

async function listQueues(): Promise<ListedQueue[]> {
  const path = `/api/queues/${broker.vhost.name}`;
  return (await callManagement(broker.vhost.api, 'GET', path)) as ListedQueue[];
}

test('declares every queue, durable and with its arguments, as often as it is called', async () => {
  expect(await declareTopology(connection, topology)).toEqual([]);
  await broker.publish('video', 1);
  expect(await declareTopology(connection, topology)).toEqual([]);
  expect(await broker.counts(topology)).toEqual({ video: 1 });
  const listed = await listQueues();
  expect(listed.map(({ name }) => name).sort()).toEqual(names);
  for (const queue of topology.queues) {
    const found = listed.find(({ name }) => name === queue.name);
    expect(found).toMatchObject({ durable: true, arguments: queue.arguments });
  }
});

test("leaves the tutorial's classic queue alone, says so, and declares all others", async () => {
  await broker.channel.assertQueue('video', { durable: true });
  await broker.publish('video', 'kept');
  const different = await declareTopology(connection, topology);
  expect(different.map(({ queue }) => queue)).toEqual(['video']);
  expect(different[0]?.difference).toMatch(/PRECONDITION_FAILED.*x-queue-type/);
  expect((await broker.take('video')).content.toString()).toBe('"kept"');
  const listed = await listQueues();
  expect(listed.map(({ name }) => name).sort()).toEqual(names);
  expect(listed.find(({ name }) => name === 'video')?.arguments).not.toMatchObject({
    'x-queue-type': 'quorum',
  });
  // The refused declarations must not have cost the connection.
  await (await connection.createChannel()).close();
});

test('a declaration the broker cannot take is an error, not a queue used as it is', async () => {
  const impossible = { name: 'odd', arguments: { 'x-queue-type': 'quorum', 'x-max-priority': 5 } };
  const declared = declareTopology(connection, { ...topology, queues: [impossible] });
  await expect(declared).rejects.toThrow(/PRECONDITION_FAILED.*x-max-priority/);
});
