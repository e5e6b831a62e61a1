import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { setImmediate as turn } from 'node:timers/promises';
import { formatTraceparent, parseTraceparent } from '../contracts/traceparent';
import { activeTraceparent, beginSpan, failSpan, inSpan, noteOnSpan } from './spans';
import { recordSpans } from './test-spans';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${spanId}-01`;

describe('while nobody traces', () => {
  it('does the work, and knows no span', async () => {
    const seen = await inSpan('replay', { continues: traceparent, linkedTo: traceparent }, () => {
      noteOnSpan({ 'job.id': 'x' });
      failSpan();
      return Promise.resolve(activeTraceparent());
    });
    expect(seen).toBeUndefined();
    // The API without a provider hands the parent back as if it were a span.
    expect(beginSpan('replay', { continues: traceparent }).traceparent).toBeUndefined();
  });

  it('throws what the work throws', async () => {
    const error = new Error('broken');
    await expect(inSpan('replay', {}, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('while somebody traces', () => {
  let recorded: ReturnType<typeof recordSpans>;
  beforeEach(() => {
    recorded = recordSpans();
  });
  afterEach(() => {
    recorded.stop();
  });

  const named = (name: string): ReadableSpan => {
    const found = recorded.spans().filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as ReadableSpan;
  };

  it('makes what is begun inside a child, however the work waits', async () => {
    await inSpan('process video', { kind: 'consumer' }, async () => {
      await turn();
      await inSpan('transcode', {}, () => inSpan('ffmpeg', { kind: 'client' }, () => turn()));
    });
    const [outer, step, ffmpeg] = ['process video', 'transcode', 'ffmpeg'].map(named);
    expect(outer?.parentSpanContext).toBeUndefined();
    expect(step?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(ffmpeg?.parentSpanContext?.spanId).toBe(step?.spanContext().spanId);
    expect(ffmpeg?.spanContext().traceId).toBe(outer?.spanContext().traceId);
    expect([outer, step, ffmpeg].map((span) => span?.kind)).toEqual([
      SpanKind.CONSUMER,
      SpanKind.INTERNAL,
      SpanKind.CLIENT,
    ]);
  });

  it('keeps two that run at once apart', async () => {
    const run = (name: 'process mp3' | 'process failed') =>
      inSpan(name, {}, async () => {
        await turn();
        return activeTraceparent();
      });
    const seen = await Promise.all([run('process mp3'), run('process failed')]);
    const own = ['process mp3', 'process failed'].map((name) => {
      return formatTraceparent({ ...named(name).spanContext(), sampled: true });
    });
    expect(seen).toEqual(own);
  });

  it('continues what another process began, and not the active span', async () => {
    const seen = await inSpan('order replay', {}, () =>
      inSpan('replay', { continues: traceparent, linkedTo: activeTraceparent() }, () =>
        Promise.resolve(activeTraceparent()),
      ),
    );
    const [order, replay] = [named('order replay'), named('replay')];
    expect(parseTraceparent(seen)).toEqual({
      traceId,
      spanId: replay.spanContext().spanId,
      sampled: true,
    });
    expect(replay.parentSpanContext).toMatchObject({ traceId, spanId });
    expect(replay.links.map((link) => link.context.spanId)).toEqual([order.spanContext().spanId]);
  });

  it.each([undefined, null, 12, 'nonsense'])(
    'begins a trace for a sender that says %p',
    async (said) => {
      await inSpan('order replay', {}, () => inSpan('replay', { continues: said }, () => turn()));
      expect(named('replay').parentSpanContext).toBeUndefined();
      expect(named('replay').spanContext().traceId).not.toBe(
        named('order replay').spanContext().traceId,
      );
    },
  );

  it('records nothing of a trace that its beginner does not record, and hands that on', async () => {
    const seen = await inSpan('replay', { continues: `00-${traceId}-${spanId}-00` }, () =>
      Promise.resolve(activeTraceparent()),
    );
    expect(recorded.spans()).toEqual([]);
    expect(parseTraceparent(seen)).toMatchObject({ traceId, sampled: false });
  });

  it('tells how work failed by the class of its error, and not by its text', async () => {
    const error = Object.assign(new Error('no file /home/ann/holiday.mp4'), { code: 'ENOENT' });
    await expect(
      inSpan('fetch-video', {}, () => {
        noteOnSpan({ 'step.result': 'failed' });
        return Promise.reject(error);
      }),
    ).rejects.toBe(error);
    const { status, attributes, events } = named('fetch-video');
    expect(status).toEqual({ code: SpanStatusCode.ERROR });
    expect(attributes).toEqual({ 'error.type': 'ENOENT', 'step.result': 'failed' });
    expect(events).toEqual([]);
  });
});
