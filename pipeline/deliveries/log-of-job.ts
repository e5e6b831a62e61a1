import type { JobRecord } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import type { Delivery } from './delivery';

/**
 * The log of a delivery whose lines say which job they are about, and the trace of its upload where
 * the message did not say it.
 */
export function logOfJob(
  { _id: jobId, traceId }: Pick<JobRecord, '_id' | 'traceId'>,
  delivery: Pick<Delivery, 'traceId'>,
  log: Logger,
): Logger {
  const said = traceId === undefined || traceId === null || traceId === delivery.traceId;
  return log.child(said ? { jobId } : { jobId, traceId });
}
