import { headerNames } from '../../contracts/headers';
import type { JobRecord } from '../../contracts/job';
import { traceIdIn, traceIdOf } from '../../contracts/trace-id';
import { validTraceparent } from '../../contracts/traceparent';
import { activeTraceparent, beginSpan } from '../../observability/spans';
import type { AcceptedReplay } from './accepted-replay';
import type { PlannedReplay } from './plan-letters';

/**
 * Notes a replay in the trace of its job, or else of its message, with a link to the order that is
 * being carried out: the operator's request is a trace of its own. What the replay brings goes on
 * from that span.
 */
export function withReplaySpan(one: PlannedReplay, replay: number): AcceptedReplay {
  const { letter, plan, job } = one;
  const before = traceBefore(one);
  // It does not go out.
  if (plan.kind === 'close') return { ...one, replay, trace: before };
  const { span, traceparent } = beginSpan('replay', {
    attributes: {
      ...(job === null ? {} : { 'job.id': job._id }),
      'messaging.message.id': letter.messageId,
      'dead_letter.id': letter._id,
      'dead_letter.reason': letter.last.reason,
      'dead_letter.replay': replay,
    },
    continues: before.traceparent,
    linkedTo: activeTraceparent(),
  });
  span.end();
  if (traceparent === undefined) return { ...one, replay, trace: before };
  return {
    ...one,
    replay,
    trace: { traceId: before.traceId ?? traceIdOf(traceparent), traceparent },
  };
}

function traceBefore({ letter, job }: PlannedReplay): AcceptedReplay['trace'] {
  const headers = JSON.parse(letter.headers) as Readonly<Record<string, unknown>>;
  const { traceId, traceparent }: Pick<JobRecord, 'traceId' | 'traceparent'> = job ?? {};
  return {
    traceId: traceId ?? traceIdIn(headers[headerNames.traceId]),
    traceparent: traceparent ?? validTraceparent(headers[headerNames.traceparent]),
  };
}
