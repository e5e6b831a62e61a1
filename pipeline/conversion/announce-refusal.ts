import type { JobRecord } from '../../contracts/job';
import { refusalNews } from '../news/news';
import type { ConverterDeps } from './converter-deps';

/** Required, so that no caller forgets which replay, and whose trace, the news are of. */
type Refused = Pick<JobRecord, '_id' | 'owner' | 'source' | 'refusal'> &
  Required<Pick<JobRecord, 'replays' | 'traceId' | 'traceparent'>>;

/**
 * Says on the `failed` queue that a job was refused, so that its listener is told, then notes it.
 *
 * @throws PublishFailed, DependencyUnavailable
 */
export async function announceRefusal(
  job: Refused,
  { publisher, topology, claims }: Pick<ConverterDeps, 'publisher' | 'topology' | 'claims'>,
): Promise<void> {
  if (job.refusal === null) throw new TypeError(`job ${job._id} was not refused`);
  await publisher.publish(refusalNews(job, job.refusal.reason, topology));
  await claims.announced(job._id);
}
