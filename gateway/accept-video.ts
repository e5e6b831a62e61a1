import type { Collection } from 'mongodb';
import { newJob, type JobOwner, type JobRecord } from '../contracts/job';
import type { Outbox } from '../contracts/outbox';
import type { Logger } from '../observability/logger';
import type { Broker } from './broker';

/**
 * Makes a stored video a job. Once this resolves the video is accepted, whatever happens next: the
 * record is on the server's disk, and the relay publishes what nobody else did.
 *
 * @throws the error of MongoDB; whether there is a record is then unknown.
 */
export async function recordJob(
  jobs: Collection<JobRecord>,
  owner: JobOwner,
  source: JobRecord['source'],
): Promise<JobRecord> {
  const job = newJob(source.fid.toHexString(), owner, source, new Date());
  await jobs.insertOne(job);
  return job;
}

/** Publishes a recorded job at once where that is possible. Never throws: the relay has time. */
export async function publishAtOnce(
  outbox: Outbox,
  broker: Broker,
  logger: Logger,
  job: JobRecord,
): Promise<void> {
  const { ok, detail } = broker.condition();
  if (!ok) {
    logger.info({ jobId: job._id }, `job held: rabbitmq ${detail}`);
    return;
  }
  try {
    const out = await outbox.publishIfDue(job);
    if (!out) logger.info({ jobId: job._id }, 'job held: its owner has enough in the queue');
  } catch (error) {
    logger.warn({ jobId: job._id, err: error }, 'job held: it was not published, or not marked so');
  }
}
