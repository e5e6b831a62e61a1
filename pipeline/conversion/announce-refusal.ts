import { headerNames } from '../../contracts/headers';
import type { JobRecord } from '../../contracts/job';
import type { FailedMessage } from '../../contracts/message';
import type { ConverterDeps } from './converter-deps';

/**
 * Says on the `failed` queue that a job was refused, so that its listener is told, then notes it.
 *
 * @throws PublishFailed, DependencyUnavailable
 */
export async function announceRefusal(
  job: Pick<JobRecord, '_id' | 'owner' | 'source' | 'refusal'>,
  { publisher, topology, claims }: Pick<ConverterDeps, 'publisher' | 'topology' | 'claims'>,
): Promise<void> {
  if (job.refusal === null) throw new TypeError(`job ${job._id} was not refused`);
  const body: FailedMessage = {
    video_fid: job.source.fid.toHexString(),
    username: job.owner.address,
    job_id: job._id,
    reason: job.refusal.reason,
  };
  await publisher.publish({
    queue: topology.queueNames.failed,
    body,
    messageId: `failed.${job._id}`,
    headers: { [headerNames.jobId]: job._id },
  });
  await claims.announced(job._id);
}
