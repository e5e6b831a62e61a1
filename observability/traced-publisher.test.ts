import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OutgoingMessage } from '../contracts/broker/confirmed-publisher';
import { buildTopology } from '../contracts/topology';
import { formatTraceparent } from '../contracts/traceparent';
import { inSpan } from './spans';
import { recordSpans } from './test-spans';
import { tracedPublisher } from './traced-publisher';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const ofJob = `00-${traceId}-${spanId}-01`;
const topology = buildTopology({ video: 'films', mp3: 'songs' }, [100]);

let published: OutgoingMessage[];
const publisher = tracedPublisher(
  {
    publish(message) {
      published.push(message);
      return Promise.resolve();
    },
  },
  topology,
);
beforeEach(() => {
  published = [];
});

const message = (headers: OutgoingMessage['headers'] = {}): OutgoingMessage => ({
  queue: 'films',
  body: {},
  messageId: 'm',
  headers,
});

it('changes no message while nobody traces', async () => {
  const messages = [message(), message({ traceparent: ofJob, 'job-id': 'j' })];
  await inSpan('emit-done', {}, async () => {
    for (const one of messages) await publisher.publish(one);
  });
  expect(published).toEqual(messages);
});

describe('while somebody traces', () => {
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => {
    recorded = recordSpans();
  });
  afterEach(() => {
    recorded.stop();
  });

  const named = (name: string) => recorded.spans().find((span) => span.name === name);
  const asParent = (span: ReadableSpan | undefined) =>
    span && formatTraceparent({ ...span.spanContext(), sampled: true });

  it('continues the job wherever it is published', async () => {
    await publisher.publish(message({ traceparent: ofJob, 'job-id': 'j' }));
    const span = named('publish video');
    expect(span?.parentSpanContext).toMatchObject({ traceId, spanId });
    expect(span?.attributes).toEqual({
      'messaging.system': 'rabbitmq',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': 'films',
      'messaging.message.id': 'm',
      'job.id': 'j',
    });
    expect(published).toEqual([message({ traceparent: asParent(span) ?? '', 'job-id': 'j' })]);
  });

  it('hangs on the active span of the same trace', async () => {
    await inSpan('emit-done', { continues: ofJob }, () =>
      publisher.publish(message({ traceparent: ofJob })),
    );
    const step = named('emit-done')?.spanContext().spanId;
    expect(named('publish video')?.parentSpanContext?.spanId).toBe(step);
  });

  it('hangs on the active span when the message names no trace', async () => {
    await inSpan('emit-done', {}, () => publisher.publish(message()));
    const step = named('emit-done')?.spanContext().spanId;
    expect(named('publish video')?.parentSpanContext?.spanId).toBe(step);
  });

  it('stays in the trace of the message when the active span is of another', async () => {
    await inSpan('order replay', {}, () => publisher.publish(message({ traceparent: ofJob })));
    expect(named('publish video')?.parentSpanContext).toMatchObject({ traceId, spanId });
  });

  it('leaves copies for other queues as they are', async () => {
    const copy = { ...message(), queue: 'films.dead' };
    await publisher.publish(copy);
    expect(published).toEqual([copy]);
    expect(recorded.spans()).toEqual([]);
  });
});
