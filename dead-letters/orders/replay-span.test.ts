import { ObjectId } from 'mongodb';
import { newJob, type JobRecord } from '../../contracts/job';
import { formatTraceparent } from '../../contracts/traceparent';
import { inSpan } from '../../observability/spans';
import { recordSpans } from '../../observability/test-spans';
import type { PlannedReplay } from './plan-letters';
import { withReplaySpan } from './replay-span';

const upload = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = formatTraceparent({ ...upload, sampled: true });
const owner = { id: null, address: 'ann@example.com' };
const source = { fid: new ObjectId(), name: null, bytes: null };

function planned(
  plan: 'announce-again' | 'close',
  job: Partial<JobRecord> | null,
  headers: object = {},
): PlannedReplay {
  const letter = {
    _id: 'l',
    messageId: 'm',
    headers: JSON.stringify(headers),
    last: { reason: 'expired' },
  };
  return {
    letter: letter as PlannedReplay['letter'],
    job: job && { ...newJob('j', owner, source, new Date()), ...job },
    difference: [],
    plan: { kind: plan } as PlannedReplay['plan'],
  };
}

describe('while nobody traces', () => {
  it.each([
    ['of the job', { ...upload, traceparent }, {}, { traceId: upload.traceId, traceparent }],
    [
      'of the message',
      null,
      { 'trace-id': upload.traceId, traceparent },
      { traceId: upload.traceId, traceparent },
    ],
    [
      'of strangers, which is none',
      null,
      { 'trace-id': 7, traceparent: 'x' },
      { traceId: null, traceparent: null },
    ],
  ])('goes on with the trace %s', (_, job, headers, trace) => {
    const { spanId: _spanId, ...ofJob } = { spanId: '', ...job };
    const one = planned('announce-again', job && ofJob, headers);
    expect(withReplaySpan(one, 2)).toEqual({ ...one, replay: 2, trace });
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

  const inOrder = (one: PlannedReplay) =>
    inSpan('order replay', {}, () => Promise.resolve(withReplaySpan(one, 2).trace));

  it("is in the job's trace, and linked to the order", async () => {
    const trace = await inOrder(
      planned('announce-again', { traceId: upload.traceId, traceparent }),
    );
    const [replay, order] = recorded.spans();
    expect(replay?.parentSpanContext).toMatchObject(upload);
    expect(replay?.links.map((link) => link.context)).toMatchObject([
      { spanId: order?.spanContext().spanId, traceId: order?.spanContext().traceId },
    ]);
    expect(trace.traceId).toBe(upload.traceId);
    expect(trace.traceparent).toContain(replay?.spanContext().spanId);
  });

  it('begins a trace for a message without one', async () => {
    const trace = await inOrder(planned('announce-again', null));
    const [replay, order] = recorded.spans();
    expect(replay?.parentSpanContext).toBeUndefined();
    expect(trace.traceId).toBe(replay?.spanContext().traceId);
    expect(trace.traceId).not.toBe(order?.spanContext().traceId);
  });

  it('is no span for a letter that is only closed', async () => {
    await inOrder(planned('close', { traceId: upload.traceId, traceparent }));
    expect(recorded.spans().map(({ name }) => name)).toEqual(['order replay']);
  });
});
