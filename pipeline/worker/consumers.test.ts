import { AmqpConnection, type MessageHandlerOptions } from '@golevelup/nestjs-rabbitmq';
import { connect, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { pino } from 'pino';
import { publishDeepHeaders } from '../../contracts/broker/test-deep-headers';
import { buildTopology } from '../../contracts/topology';
import { LetGo } from '../deliveries/failure';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { Consumers } from './consumers';
import { OpenChannels } from './open-channels';
import { rabbitConfig } from './rabbit-config';

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
const log = pino({ level: 'silent' });

let broker: TestBroker;
let amqp: AmqpConnection;
let consumers: Consumers;
let channels: OpenChannels<ConfirmChannel>;
let taken: string[];
/** What the consumer answers a message with. */
let work: (body: string) => Promise<void>;

beforeEach(async () => {
  broker = await openTestBroker();
  taken = [];
  work = () => Promise.resolve();
  const { handlers, ...config } = rabbitConfig({
    rabbitmqUrl: broker.vhost.url,
    topology,
    queues: ['video'],
    prefetch: 2,
    log,
    onDifferent: () => undefined,
  });
  amqp = new AmqpConnection(config);
  await amqp.init();
  const handle = (_body: unknown, message?: ConsumeMessage) => {
    const body = String(message?.content);
    taken.push(body);
    return work(body);
  };
  await amqp.createSubscriber(handle, handlers?.['video'] as MessageHandlerOptions, 'onVideo');
  channels = new OpenChannels();
  consumers = new Consumers(amqp, ['video'], channels, log);
  await consumers.watch();
  await ready();
  await eventually('the tag', () => amqp.consumerTags.length > 0 || undefined);
}, 60_000);

afterEach(async () => {
  await consumers.stopTaking();
  await amqp.close();
  await broker.close();
});

const ready = () => eventually('a consumer', () => consumers.condition().ok || undefined);
const notReady = () => eventually('no consumer', () => !consumers.condition().ok || undefined);
const isTaken = (body: string) =>
  eventually(`${body} taken`, () => taken.includes(JSON.stringify(body)) || undefined);

function liveChannel() {
  const channel = amqp.channels['video'];
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

it('is not ready once a consumer is cancelled', async () => {
  for (const tag of amqp.consumerTags) await amqp.cancelConsumer(tag);
  expect(consumers.condition()).toEqual({ ok: false, detail: 'no consumer on video' });
});

it('comes back after the broker closed the channel alone', async () => {
  const channel = liveChannel();
  const closed = channels.closedSignal('video');
  const { connection } = amqp.managedConnection;
  // An unknown delivery tag: the broker closes the channel (406) and nothing else.
  channel.ack({ fields: { deliveryTag: 99 } } as ConsumeMessage);
  await notReady();
  expect(closed.aborted).toBe(true);
  // The connection that is given up may still fail, and nobody else would hear it.
  expect(connection?.listenerCount('error')).toBe(1);
  await ready();
  expect(liveChannel() === channel).toBe(false);
  expect(channels.closedSignal('video').aborted).toBe(false);
  await broker.publish('video', 'after');
  await isTaken('after');
});

it('comes back after its queue was deleted', async () => {
  await broker.channel.deleteQueue('video');
  await notReady();
  await ready();
  await broker.publish('video', 'after');
  await isTaken('after');
});

it('resumes on the same channel when the broker cancels it and the queue is there', async () => {
  const channel = liveChannel();
  const [tag = ''] = amqp.consumerTags;
  // What amqplib emits for a `basic.cancel` from the broker.
  channel.emit('cancel', { consumerTag: tag });
  expect(consumers.condition().ok).toBe(false);
  await eventually('a new consumer', () => !amqp.consumerTags.includes(tag) || undefined);
  await ready();
  expect(liveChannel() === channel).toBe(true);
});

it('hands a message whose handling failed back to its queue', async () => {
  let failures = 1;
  work = () => (failures-- > 0 ? Promise.reject(new Error('once')) : Promise.resolve());
  await broker.publish('video', 'again');
  await eventually('a second delivery', () => taken.length === 2 || undefined);
  await consumers.stopTaking();
  await amqp.close();
  expect(await broker.counts(topology)).toEqual({});
});

it('leaves a message that is let go to the broker', async () => {
  work = () => Promise.reject(new LetGo('its channel is gone'));
  await broker.publish('video', 'let go');
  await isTaken('let go');
  await consumers.stopTaking();
  await amqp.close();
  expect(taken).toHaveLength(1);
  // The queue hears of the closed channel a moment later than we do.
  await eventually('the message back', async () =>
    (await broker.counts(topology))['video'] === 1 ? true : undefined,
  );
});

it('takes no more than the prefetch, and nothing once it is stopping', async () => {
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  work = () => finished;
  for (const body of ['1', '2', '3']) await broker.publish('video', body);
  await isTaken('2');
  await consumers.stopTaking();
  expect(consumers.condition().ok).toBe(false);
  finish();
  await amqp.close();
  expect(taken).toEqual(['"1"', '"2"']);
  expect(await broker.counts(topology)).toEqual({ video: 1 });
});

it('takes a message whose headers nobody can read, and what comes behind it', async () => {
  const sender = await connect(broker.vhost.url);
  const { connection } = amqp.managedConnection;
  const body = Buffer.from('"deep"');
  await publishDeepHeaders(sender, 'video', 6_000, { messageId: 'deep', body });
  await sender.close();
  await broker.publish('video', 'after');
  await isTaken('after');
  expect(taken).toEqual(['"deep"', '"after"']);
  expect(amqp.managedConnection.connection === connection).toBe(true);
}, 30_000);
