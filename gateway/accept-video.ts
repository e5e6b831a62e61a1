import type { Collection } from 'mongodb';
import { headerNames } from '../contracts/headers';
import { newJob, type JobOwner, type JobRecord } from '../contracts/job';
import type { Logger } from '../observability/logger';
import type { Broker } from './broker';

/**
 * Makes a stored video a job: the record first, then the message, then the mark that the message
 * is out. The caller has said yes to the listener once this resolves.
 *
 * @throws PublishFailed or the error of MongoDB; then there is no job.
 */
export async function acceptVideo(
  jobs: Collection<JobRecord>,
  broker: Broker,
  logger: Logger,
  owner: JobOwner,
  source: JobRecord['source'],
): Promise<JobRecord> {
  const id = source.fid.toHexString();
  const job = newJob(id, owner, source, new Date());
  await jobs.insertOne(job);
  try {
    await publishVideo(broker, job);
  } catch (error) {
    // Without a relay that publishes later, an unpublished job would never end. This is the one
    // place that takes it back.
    await jobs.deleteOne({ _id: id });
    throw error;
  }
  try {
    const publishedAt = new Date();
    await jobs.updateOne({ _id: id }, { $set: { publishedAt } });
    return { ...job, publishedAt };
  } catch (error) {
    // The message is out and the job will be done. Publishing it once more does no harm.
    logger.warn({ jobId: id, err: error }, 'job published but not marked so');
    return job;
  }
}

function publishVideo(broker: Broker, job: JobRecord): Promise<void> {
  const fid = job.source.fid.toHexString();
  return broker.publish({
    queue: broker.topology.queueNames.video,
    body: { video_fid: fid, mp3_fid: null, username: job.owner.address, job_id: job._id },
    messageId: job._id,
    headers: { [headerNames.jobId]: job._id, [headerNames.attempt]: job.attempts },
  });
}
