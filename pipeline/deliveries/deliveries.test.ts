import { connect as connectManager, type AmqpConnectionManager } from 'amqp-connection-manager';
import { connect, type ChannelModel, type ConsumeMessage, type GetMessage } from 'amqplib';
import { pino } from 'pino';
import { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { headerNames } from '../../contracts/headers';
import { buildTopology } from '../../contracts/topology';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { Metrics } from '../../observability/metrics';
import { recordSpans } from '../../observability/test-spans';
import { counted } from '../test-counted';
import { Deliveries } from './deliveries';
import { toDelivery } from './delivery';
import { LetGo } from './failure';
import { Gate, type Requirement } from './gate';
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

/** Aborted when the channel of the deliveries is gone. */
let channel: AbortController;
beforeEach(() => {
  channel = new AbortController();
});

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics('converter');
});

/** What was counted besides `deliveries_total`. */
const alsoCounted = async (): Promise<Record<string, string[]>> => {
  const names = ['retries_total', 'defers_total', 'dead_lettered_total'] as const;
  const found = await Promise.all(
    names.map(async (name) => [name, await counted(metrics, name)] as const),
  );
  return Object.fromEntries(found.filter(([, series]) => series.length > 0));
};

const newDeliveries = (gate = new Gate()) =>
  new Deliveries({
    topology,
    settling: { publisher, around: (work) => work },
    gate,
    closedSignal: () => channel.signal,
    metrics,
    log: pino({ level: 'silent' }),
    settleEveryMs: 20,
  });

/** A dependency that is away until told otherwise. */
function awayDependency(deferReason: Requirement['deferReason'] = 'dependency') {
  let away = true;
  const listeners: (() => void)[] = [];
  const requirement: Requirement = {
    deferReason,
    problem: () => (away ? 'the dependency is away' : undefined),
    onChange: (listener) => listeners.push(listener),
  };
  const changeTo = (isAway: boolean) => {
    away = isAway;
    for (const listener of listeners) listener();
  };
  return { requirement, changeTo };
}

const held = (gate: Gate, deliveries: number) =>
  eventually('a held delivery', () => {
    const { detail } = gate.condition();
    return detail.includes(`holding ${deliveries} deliveries`) || undefined;
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

const retried = (tier: string) => ({ retries_total: [`queue=video,tier=${tier}: 1`] });
const deferred = (reason: string) => ({ defers_total: [`queue=video,reason=${reason}: 1`] });
const died = { dead_lettered_total: ['queue=video,reason=unknown-error: 1'] };

it.each([
  [{ kind: 'completed' }, {}, {}],
  [{ kind: 'failed' }, {}, {}],
  [{ kind: 'retry', attempt: 1 }, { 'video.retry.1m': 1 }, retried('1')],
  [{ kind: 'retry', attempt: 2 }, { 'video.retry.2m': 1 }, retried('2')],
  [{ kind: 'retry', attempt: 3 }, { 'video.retry.3m': 1 }, retried('3')],
  [{ kind: 'retry', attempt: 4 }, { 'video.retry.3m': 1 }, retried('later')],
  [{ kind: 'retry', attempt: 40 }, { 'video.retry.3m': 1 }, retried('later')],
  [{ kind: 'defer', reason: 'disk', why: 'full' }, { 'video.retry.1m': 1 }, deferred('disk')],
  [{ kind: 'dead-letter', letter }, { 'video.dead': 1 }, died],
] satisfies [Outcome, Record<string, number>, Record<string, string[]>][])(
  '%j: where the copy is, and what is counted',
  async (outcome, copies, also) => {
    await cameTo(outcome);
    expect(await broker.counts(topology)).toEqual(copies);
    expect(await counted(metrics, 'deliveries_total')).toEqual([
      `queue=video,outcome=${outcome.kind}: 1`,
    ]);
    expect(await alsoCounted()).toEqual(also);
  },
);

it("keeps body, id and the sender's headers on a copy, and none of the broker's", async () => {
  await cameTo({ kind: 'retry', attempt: 2 }, { note: 'kept', 'x-first-death-queue': 'q' });
  const copy = await broker.take('video.retry.2m');
  expect(copy.content.toString()).toBe('"body"');
  expect(copy.properties.messageId).toBe('m-1');
  expect(sentHeaders(copy)).toEqual({ note: 'kept', [headerNames.attempt]: 2 });
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

describe('while somebody traces', () => {
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => {
    recorded = recordSpans();
  });
  afterEach(() => {
    recorded.stop();
  });

  it('lets a copy continue where its message does, so that attempts stand side by side', async () => {
    await cameTo({ kind: 'retry', attempt: 1 }, { traceparent });
    const [span] = recorded.spans();
    expect(span?.parentSpanContext).toMatchObject({ traceId, spanId: 'b7ad6b7169203331' });
    expect(span?.attributes).toMatchObject({
      'messaging.destination.name': 'video',
      'messaging.message.id': 'm-1',
      'delivery.outcome': 'retry',
    });
    expect(sentHeaders(await broker.take('video.retry.1m'))).toMatchObject({ traceparent });
  });

  it('begins a trace for a message without one, which its copy continues', async () => {
    await cameTo({ kind: 'retry', attempt: 1 });
    const [span] = recorded.spans();
    const { traceId: fresh, spanId } = span?.spanContext() ?? {};
    expect(span?.parentSpanContext).toBeUndefined();
    expect(sentHeaders(await broker.take('video.retry.1m'))).toMatchObject({
      traceparent: `00-${fresh}-${spanId}-01`,
    });
  });

  it.each([
    ['completed', 0],
    ['failed', 0],
    ['retry', 2],
  ] as const)('%s: the status of the span is %i', async (kind, status) => {
    await cameTo({ kind, attempt: 1 });
    expect(recorded.spans()[0]?.status.code).toBe(status);
  });
});

it('hands a traceparent on while it traces nothing itself', async () => {
  await cameTo({ kind: 'retry', attempt: 1 }, { traceparent });
  expect(sentHeaders(await broker.take('video.retry.1m'))).toMatchObject({ traceparent });
});

it.each([
  ['its trace-id', { 'trace-id': traceId }, traceId],
  ['its traceparent', { traceparent }, traceId],
  [
    "its trace-id first, which is the job's",
    { 'trace-id': 'ab'.repeat(16), traceparent },
    'ab'.repeat(16),
  ],
  ['a fresh one', { 'trace-id': 'x', traceparent: 'y' }, expect.stringMatching(/^[0-9a-f]{32}$/)],
])('knows a delivery by %s', async (_, headers, expected) => {
  const { traceId: known } = toDelivery('video', await arrival(headers));
  expect(known).toEqual(expected);
});

it.each([
  [0, 0],
  [2, 2],
  [undefined, 1],
])('says on a dead letter after how many replays it died: %p', async (replay, said) => {
  const own = replay === undefined ? {} : { replay };
  await cameTo({ kind: 'dead-letter', letter: { ...letter, ...own } }, { [headerNames.replay]: 1 });
  expect(sentHeaders(await broker.take('video.dead'))).toMatchObject({
    [headerNames.replay]: said,
  });
});

it('carries a claim that could not be given back on the deferred copy', async () => {
  const why = 'MongoDB is away';
  await cameTo({ kind: 'defer', reason: 'dependency', why, unreleasedClaim: 'the-token' });
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

const dead: Outcome = { kind: 'dead-letter', letter };

/** A delivery whose copy the broker does not take, because its queue is missing. */
async function unsettleable(deliveries: Deliveries) {
  const message = await arrival();
  await broker.channel.deleteQueue('video.dead');
  const tried = jest.spyOn(publisher, 'publish');
  const handled = deliveries.handle('video', message, () => Promise.resolve(dead));
  const result = handled.then(
    () => 'acked',
    (error: unknown) => error,
  );
  await eventually('a second try', () => tried.mock.calls.length > 1 || undefined);
  return { result, tried };
}

afterEach(() => {
  jest.restoreAllMocks();
});

it('settles again until the broker takes the copy', async () => {
  const { result } = await unsettleable(newDeliveries());
  await declareTopology(connection, topology);
  expect(await result).toBe('acked');
  expect(await broker.counts(topology)).toEqual({ 'video.dead': 1 });
  expect(await alsoCounted()).toEqual(died);
});

it('lets a delivery go that cannot be settled once its channel is gone, and sends no copy', async () => {
  const { result, tried } = await unsettleable(newDeliveries());
  channel.abort();
  expect(await result).toBeInstanceOf(LetGo);
  await declareTopology(connection, topology);
  const tries = tried.mock.calls.length;
  const later = newDeliveries().handle('video', await arrival(), () => Promise.resolve(dead));
  await expect(later).rejects.toThrow(LetGo);
  expect(tried.mock.calls.length).toBe(tries);
  expect(await broker.counts(topology)).toEqual({});
  expect(await alsoCounted()).toEqual({});
});

it('sends no copy when the channel went away during the work', async () => {
  const handled = newDeliveries().handle('video', await arrival(), () => {
    channel.abort();
    return Promise.resolve(dead);
  });
  await expect(handled).rejects.toThrow(LetGo);
  expect(await broker.counts(topology)).toEqual({});
});

it('lets a delivery go at once that cannot be settled when it stops', async () => {
  const deliveries = newDeliveries();
  const { result } = await unsettleable(deliveries);
  await deliveries.stop(60_000);
  expect(await result).toBeInstanceOf(LetGo);
});

it('defers work that throws', async () => {
  const thrown = () => Promise.reject(new TypeError('a defect'));
  await newDeliveries().handle('video', await arrival(), thrown);
  expect(await broker.counts(topology)).toEqual({ 'video.retry.1m': 1 });
  expect(await alsoCounted()).toEqual(deferred('unforeseen'));
});

it('begins nothing while a dependency is away, and everything once it is back', async () => {
  const gate = new Gate();
  const one = awayDependency();
  const other = awayDependency();
  gate.require(one.requirement);
  gate.require(other.requirement);
  const begun = jest.fn(() => Promise.resolve({ kind: 'completed' } as const));
  const handled = newDeliveries(gate).handle('video', await arrival(), begun);
  await held(gate, 1);
  expect(gate.condition()).toMatchObject({ ok: false });
  one.changeTo(false);
  expect(gate.condition()).toMatchObject({ ok: false });
  expect(begun).not.toHaveBeenCalled();
  other.changeTo(false);
  await handled;
  expect(begun).toHaveBeenCalledTimes(1);
  expect(gate.condition()).toEqual({ ok: true, detail: 'taking work' });
  expect(await broker.counts(topology)).toEqual({});
});

it.each(['dependency', 'disk'] as const)('defers what a %s held for too long', async (reason) => {
  const gate = new Gate(10);
  const there = awayDependency('broker');
  there.changeTo(false);
  gate.require(there.requirement);
  gate.require(awayDependency(reason).requirement);
  const begun = jest.fn();
  await newDeliveries(gate).handle('video', await arrival(), begun);
  expect(begun).not.toHaveBeenCalled();
  expect(await broker.counts(topology)).toEqual({ 'video.retry.1m': 1 });
  expect(await alsoCounted()).toEqual(deferred(reason));
});

it('defers what is held when it stops, and lets it go when its channel is gone', async () => {
  const gate = new Gate();
  gate.require(awayDependency().requirement);
  const begun = jest.fn();
  const deliveries = newDeliveries(gate);
  const first = deliveries.handle('video', await arrival(), begun);
  await held(gate, 1);
  channel.abort();
  await expect(first).rejects.toThrow(LetGo);
  channel = new AbortController();
  const second = deliveries.handle('video', await arrival(), begun);
  await held(gate, 1);
  await deliveries.stop(60_000);
  await second;
  expect(begun).not.toHaveBeenCalled();
  expect(await broker.counts(topology)).toEqual({ 'video.retry.1m': 1 });
  expect(await alsoCounted()).toEqual(deferred('stopping'));
});

it('gives two copies of a message without an id the same one', async () => {
  for (const body of ['bare', 'bare', 'other']) {
    const content = Buffer.from(body);
    const message = { content, properties: {}, fields: {} } as ConsumeMessage;
    await newDeliveries().handle('video', message, () => Promise.resolve(dead));
  }
  const [first, second, third] = await broker.takeAll('video.dead');
  expect(first?.properties.messageId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.properties.messageId).toBe(first?.properties.messageId);
  expect(third?.properties.messageId).not.toBe(first?.properties.messageId);
});

it('lets a test build stand around the work and the publisher', async () => {
  const seen: string[] = [];
  const deliveries = new Deliveries({
    topology,
    settling: {
      publisher: {
        publish: (message) => {
          seen.push(message.queue);
          return publisher.publish(message);
        },
      },
      around: (work) => async (delivery, signal, log) => {
        const outcome = await work(delivery, signal, log);
        seen.push(outcome.kind);
        return outcome;
      },
    },
    gate: new Gate(),
    closedSignal: () => channel.signal,
    metrics: new Metrics('converter'),
    log: pino({ level: 'silent' }),
    settleEveryMs: 20,
  });
  await deliveries.handle('video', await arrival(), () => Promise.resolve(dead));
  expect(seen).toEqual(['dead-letter', 'video.dead']);
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

it('tells running work to hand back once the grace is over, and begins no work afterwards', async () => {
  const deliveries = newDeliveries();
  const handBack = (signal: AbortSignal): Promise<Outcome> =>
    new Promise((resolve) => {
      const over = () => {
        resolve({ kind: 'defer', reason: 'stopping', why: (signal.reason as Error).name });
      };
      if (signal.aborted) over();
      else signal.addEventListener('abort', over);
    });
  const handled = deliveries.handle('video', await arrival(), (_, signal) => handBack(signal));
  // Past the gate: it is told to hand back, not let go.
  await deliveries.stop(0);
  await handled;
  const begun = jest.fn();
  await deliveries.handle('video', await arrival(), begun);
  expect(begun).not.toHaveBeenCalled();
  expect(await broker.counts(topology)).toEqual({ 'video.retry.1m': 2 });
});
