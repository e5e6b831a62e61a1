import { headerNames } from './headers';
import type { JobRecord } from './job';

/** The headers of every message about a job. */
export function jobHeaders({
  _id,
  replays,
  traceId,
  traceparent,
}: Pick<JobRecord, '_id' | 'replays' | 'traceId' | 'traceparent'>): Record<
  string,
  string | number
> {
  return {
    [headerNames.jobId]: _id,
    ...(replays === undefined || replays === 0 ? {} : { [headerNames.replay]: replays }),
    ...(traceId === undefined || traceId === null ? {} : { [headerNames.traceId]: traceId }),
    ...(traceparent === undefined || traceparent === null
      ? {}
      : { [headerNames.traceparent]: traceparent }),
  };
}
