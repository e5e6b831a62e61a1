import type { Collection, Filter } from 'mongodb';
import type { Publisher } from './broker/confirmed-publisher';
import { headerNames } from './headers';
import type { JobOwner, JobRecord } from './job';
import type { Topology } from './topology';

/** Jobs that are accepted but not on the broker. */
export const held: Filter<JobRecord> = { publishedAt: null, finishedAt: null };

/** What the outbox needs of a job. */
export type OutboxJob = Pick<
  JobRecord,
  '_id' | 'owner' | 'source' | 'attempts' | 'createdAt' | 'publishedAt'
>;

/**
 * The way of a job to the broker: the record first, then the message, then the mark on the record.
 * Dying in between means that the message is sent once more, which does no harm: the claim decides
 * who works, and finished work is met as such.
 *
 * An owner has at most `maxQueuedPerOwner` jobs on the broker, the oldest ones; the rest is held in
 * the records, so that one owner with a thousand files does not stop another's single one.
 */
export class Outbox {
  constructor(
    private readonly jobs: Collection<JobRecord>,
    private readonly publisher: Publisher,
    private readonly topology: Topology,
    private readonly maxQueuedPerOwner: number,
  ) {}

  /**
   * Publishes a job that was just recorded, unless its owner has enough on the broker.
   *
   * @returns whether it is out.
   * @throws PublishFailed, or the error of MongoDB; the relay then publishes it later.
   */
  async publishIfDue(job: OutboxJob): Promise<boolean> {
    const { owner, createdAt, _id } = job;
    const older = await this.jobs.countDocuments(
      {
        ...openOf(owner),
        $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }],
      },
      { limit: this.maxQueuedPerOwner },
    );
    if (older >= this.maxQueuedPerOwner) return false;
    await this.#publish(job);
    return true;
  }

  /**
   * Publishes the held jobs among an owner's oldest open ones, in their order.
   *
   * @param createdBefore Leaves out jobs that whoever accepted them is about to publish.
   * @returns how many went out.
   * @throws PublishFailed, or the error of MongoDB; what went out until then is marked.
   */
  async release(owner: JobOwner, createdBefore: Date): Promise<number> {
    const oldest = await this.jobs
      .find(openOf(owner))
      .sort({ createdAt: 1, _id: 1 })
      .limit(this.maxQueuedPerOwner)
      .project<OutboxJob>({ owner: 1, source: 1, attempts: 1, createdAt: 1, publishedAt: 1 })
      .toArray();
    let released = 0;
    for (const job of oldest) {
      if (job.publishedAt !== null || job.createdAt >= createdBefore) continue;
      await this.#publish(job);
      released += 1;
    }
    return released;
  }

  async #publish({ _id, owner, source, attempts }: OutboxJob): Promise<void> {
    const fid = source.fid.toHexString();
    await this.publisher.publish({
      queue: this.topology.queueNames.video,
      body: { video_fid: fid, mp3_fid: null, username: owner.address, job_id: _id },
      messageId: _id,
      headers: { [headerNames.jobId]: _id, [headerNames.attempt]: attempts },
    });
    await this.jobs.updateOne({ _id, publishedAt: null }, [{ $set: { publishedAt: '$$NOW' } }]);
  }
}

/** An owner's open jobs. */
export function openOf({ id, address }: JobOwner): Filter<JobRecord> {
  return {
    finishedAt: null,
    'owner.id': id,
    // An id says who it is, whatever the address was at the time.
    ...(id === null ? { 'owner.address': address } : {}),
  };
}
