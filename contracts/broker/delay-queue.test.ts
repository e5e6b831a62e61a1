import { connect } from 'amqplib';
import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { buildTopology, retryQueue } from '../topology';
import { declareTopology } from './declare-topology';

const delayMs = 200;
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [delayMs]);
let broker: TestBroker;

beforeAll(async () => {
  broker = await openTestBroker();
  const connection = await connect(broker.vhost.url);
  await declareTopology(connection, topology);
  await connection.close();
}, 60_000);

afterAll(async () => {
  await broker.close();
});

test.each(Object.values(topology.queueNames))(
  'a message put aside comes back to %s once, as it was, and is nowhere else',
  async (queue) => {
    const body = { video_fid: 'a'.repeat(24) };
    await broker.publish(retryQueue(queue, delayMs), body, {
      messageId: 'job-1',
      headers: { attempt: 2 },
    });
    const message = await broker.take(queue);
    expect(JSON.parse(message.content.toString())).toEqual(body);
    expect(message.properties).toMatchObject({ messageId: 'job-1', deliveryMode: 2 });
    expect(message.properties.headers).toMatchObject({
      attempt: 2,
      'x-first-death-reason': 'expired',
    });
    expect(await broker.counts(topology)).toEqual({});
    // A second one would have come before this one, which was put aside after it.
    await broker.publish(retryQueue(queue, delayMs), 'marker');
    expect((await broker.take(queue)).content.toString()).toBe('"marker"');
    expect(await broker.counts(topology)).toEqual({});
  },
);
