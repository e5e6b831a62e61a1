import type { Collection } from 'mongodb';
import { newJob, type JobOwner, type JobRecord } from '../contracts/job';
import type { Outbox } from '../contracts/outbox';
import { BrokerAway } from '../observability/broker-connection';
import type { Logger } from '../observability/logger';

type JobTrace = Required<Pick<JobRecord, 'traceId' | 'traceparent'>>;

/**
 * Makes a stored video a job. Once this resolves the video is accepted, whatever happens next: the
 * record is on the server's disk, and the relay publishes what nobody else did.
 *
 * @param trace Of the upload: the job, its messages and their log lines carry it on.
 * @throws the error of MongoDB; whether there is a record is then unknown.
 */
export async function recordJob(
  jobs: Collection<JobRecord>,
  owner: JobOwner,
  source: JobRecord['source'],
  trace: JobTrace,
): Promise<JobRecord> {
  const job = { ...newJob(source.fid.toHexString(), owner, source, new Date()), ...trace };
  await jobs.insertOne(job);
  return job;
}

/** Publishes a recorded job at once where that is possible. Never throws: the relay has time. */
export async function publishAtOnce(outbox: Outbox, logger: Logger, job: JobRecord): Promise<void> {
  const about = { jobId: job._id, traceId: job.traceId };
  try {
    const out = await outbox.publishIfDue(job);
    if (!out) logger.info(about, 'job held: its owner has enough in the queue');
  } catch (error) {
    if (error instanceof BrokerAway) logger.info(about, `job held: ${error.message}`);
    else logger.warn({ ...about, err: error }, 'job held: it was not published, or not marked so');
  }
}
