import { connect as connectManager, type AmqpConnectionManager } from 'amqp-connection-manager';
import { connect, type ChannelModel, type ConsumeMessage, type GetMessage } from 'amqplib';
import { pino } from 'pino';
import { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { headerNames } from '../../contracts/headers';
import { buildTopology } from '../../contracts/topology';
import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { Metrics } from '../../observability/metrics';
import { Deliveries } from './deliveries';
import { Stopping } from './failure';
import type { DeadLetter, Outcome } from './outcome';

/** Long delays: what is put into a delay queue stays there for the test to see. */
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [60_000, 120_000, 180_000]);

let broker: TestBroker;
let connection: ChannelModel;
let publishing: AmqpConnectionManager;
let publisher: ConfirmedPublisher;

beforeAll(async () => {
  broker = await openTestBroker();
  connection = await connect(broker.vhost.url);
  publishing = connectManager([broker.vhost.url]);
  publisher = new ConfirmedPublisher(publishing, 15_000);
}, 60_000);

beforeEach(async () => {
  await declareTopology(connection, topology);
});

afterEach(async () => {
  for (const { name } of topology.queues) await broker.channel.deleteQueue(name);
});

afterAll(async () => {
  await publishing.close();
  await connection.close();
  await broker.close();
});

const newDeliveries = () =>
  new Deliveries({
    topology,
    publisher,
    metrics: new Metrics(),
    log: pino({ level: 'silent' }),
    unsettledPauseMs: 1,
  });

/** A message as a consumer on `video` gets it. */
async function arrival(headers: Record<string, unknown> = {}): Promise<ConsumeMessage> {
  await broker.publish('video', 'body', { messageId: 'm-1', headers });
  const message = await new Promise<ConsumeMessage | null>((resolve, reject) => {
    broker.channel.consume('video', resolve, { noAck: true, consumerTag: 'once' }).catch(reject);
  });
  await broker.channel.cancel('once');
  if (message === null) throw new Error('the consumer was cancelled');
  return message;
}

const cameTo = async (outcome: Outcome, headers?: Record<string, unknown>): Promise<void> =>
  newDeliveries().handle('video', await arrival(headers), () => Promise.resolve(outcome));

/** All headers but the count that a quorum queue itself puts on what it hands over. */
function sentHeaders({ properties }: GetMessage): Record<string, unknown> {
  const { 'x-delivery-count': _, ...sent } = (properties.headers ?? {}) as Record<string, unknown>;
  return sent;
}

const letter: DeadLetter = {
  reason: 'unknown-error',
  step: 'transcode',
  attempts: 3,
  errorClass: 'TypeError',
  error: 'no',
};

it.each([
  [{ kind: 'completed' }, {}],
  [{ kind: 'failed' }, {}],
  [{ kind: 'retry', attempt: 1 }, { 'video.retry.1m': 1 }],
  [{ kind: 'retry', attempt: 2 }, { 'video.retry.2m': 1 }],
  [{ kind: 'retry', attempt: 3 }, { 'video.retry.3m': 1 }],
  [{ kind: 'retry', attempt: 4 }, { 'video.retry.3m': 1 }],
  [{ kind: 'defer', why: 'not now' }, { 'video.retry.1m': 1 }],
  [{ kind: 'dead-letter', letter }, { 'video.dead': 1 }],
] satisfies [Outcome, Record<string, number>][])(
  '%j: where the copy is',
  async (outcome, copies) => {
    await cameTo(outcome);
    expect(await broker.counts(topology)).toEqual(copies);
  },
);

it("keeps body, id and the sender's headers on a copy, and none of the broker's", async () => {
  await cameTo({ kind: 'retry', attempt: 2 }, { note: 'kept', 'x-first-death-queue': 'q' });
  const copy = await broker.take('video.retry.2m');
  expect(copy.content.toString()).toBe('"body"');
  expect(copy.properties.messageId).toBe('m-1');
  expect(sentHeaders(copy)).toEqual({ note: 'kept', [headerNames.attempt]: 2 });
});

it('carries a claim that could not be given back on the deferred copy', async () => {
  await cameTo({ kind: 'defer', why: 'MongoDB is away', unreleasedClaim: 'the-token' });
  const copy = await broker.take('video.retry.1m');
  expect(sentHeaders(copy)).toEqual({ [headerNames.unreleasedClaim]: 'the-token' });
});

it('says on a dead letter why, where, when and how often', async () => {
  const error = 'x'.repeat(3_000);
  await cameTo({ kind: 'dead-letter', letter: { ...letter, error } }, { note: 'kept' });
  const headers = sentHeaders(await broker.take('video.dead'));
  expect(headers).toEqual({
    note: 'kept',
    [headerNames.deadReason]: 'unknown-error',
    [headerNames.deadQueue]: 'video',
    [headerNames.deadStep]: 'transcode',
    [headerNames.attempt]: 3,
    [headerNames.deadErrorClass]: 'TypeError',
    [headerNames.deadError]: 'x'.repeat(2_000),
    [headerNames.deadAt]: expect.any(String) as string,
  });
  expect(Date.parse(String(headers[headerNames.deadAt]))).not.toBeNaN();
});

it('must not be acked when the broker does not take the copy', async () => {
  const message = await arrival();
  await broker.channel.deleteQueue('video.dead');
  const outcome: Outcome = { kind: 'dead-letter', letter };
  const handled = newDeliveries().handle('video', message, () => Promise.resolve(outcome));
  await expect(handled).rejects.toThrow('unroutable');
});

it('waits for running work when it stops', async () => {
  const deliveries = newDeliveries();
  let finish!: (outcome: Outcome) => void;
  const work = new Promise<Outcome>((resolve) => {
    finish = resolve;
  });
  const ended: string[] = [];
  const handled = deliveries
    .handle('video', await arrival(), () => work)
    .then(() => ended.push('work'));
  const stopped = deliveries.stop(60_000).then(() => ended.push('stop'));
  finish({ kind: 'completed' });
  await Promise.all([handled, stopped]);
  expect(ended).toEqual(['work', 'stop']);
});

it('tells running work to hand back once the grace is over, and later work at once', async () => {
  const deliveries = newDeliveries();
  const handBack = (signal: AbortSignal): Promise<Outcome> =>
    new Promise((resolve) => {
      const over = () => {
        resolve({ kind: 'defer', why: (signal.reason as Error).name });
      };
      if (signal.aborted) over();
      else signal.addEventListener('abort', over);
    });
  const handled = deliveries.handle('video', await arrival(), (_, signal) => handBack(signal));
  await deliveries.stop(0);
  await handled;
  await deliveries.handle('video', await arrival(), (_, signal) => {
    expect(signal.reason).toBeInstanceOf(Stopping);
    return handBack(signal);
  });
  expect(await broker.counts(topology)).toEqual({ 'video.retry.1m': 2 });
});
