import type { Collection, Filter } from 'mongodb';
import type { Publisher } from './broker/confirmed-publisher';
import { headerNames } from './headers';
import type { JobOwner, JobRecord } from './job';
import { putBackAsOften, replayed } from './job-collection';
import { jobHeaders } from './job-headers';
import type { Topology } from './topology';

/** Jobs that are accepted but not on the broker. Replays wait apart and are not among them. */
export const held: Filter<JobRecord> = { publishedAt: null, finishedAt: null, replayedAt: null };

/** Jobs that an operator put back and that are not on the broker yet. */
export const heldReplays: Filter<JobRecord> = { ...replayed, publishedAt: null, finishedAt: null };

/** Publications at a time. A confirm takes some 40 ms, most of it waiting for the broker's disk. */
const atOnce = 8;

/** What the outbox needs of a job. */
export type OutboxJob = Pick<
  JobRecord,
  | '_id'
  | 'owner'
  | 'source'
  | 'attempts'
  | 'createdAt'
  | 'publishedAt'
  | 'replays'
  | 'replayedAt'
  | 'traceId'
  | 'traceparent'
>;

const outboxFields: Readonly<Record<keyof OutboxJob, 1>> = {
  _id: 1,
  owner: 1,
  source: 1,
  attempts: 1,
  createdAt: 1,
  publishedAt: 1,
  replays: 1,
  replayedAt: 1,
  traceId: 1,
  traceparent: 1,
};

/**
 * The way of a job to the broker: the record first, then the message, then the mark on the record.
 * Dying in between means that the message is sent once more, which does no harm: the claim decides
 * who works, and finished work is met as such.
 *
 * An owner has at most `maxQueuedPerOwner` jobs on the broker, the oldest ones; the rest is held in
 * the records, so that one owner with a thousand files does not stop another's single one.
 *
 * Replays have a limit of their own, whoever owns them, and count nowhere else: a fresh upload waits
 * for the few that are on the broker and never for those behind them.
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
      .project<OutboxJob>(outboxFields)
      .toArray();
    let released = 0;
    for (const job of oldest) {
      if (job.publishedAt !== null || job.createdAt >= createdBefore) continue;
      await this.#publish(job);
      released += 1;
    }
    return released;
  }

  /**
   * Publishes held replays, those first that were put back first, so that at most `maxQueued`
   * replays are at work or next. Those that failed and wait for another attempt do not count: their
   * pause takes up no worker, and would hold the others up.
   *
   * @param proceed Asked before each few; throws to end it.
   * @returns how many went out.
   * @throws PublishFailed, or the error of MongoDB; what went out until then is marked.
   */
  async releaseReplays(maxQueued: number, proceed?: () => void): Promise<number> {
    const due = this.jobs.find(heldReplays).sort({ replayedAt: 1, _id: 1 });
    // Nearly always there is none.
    if ((await due.clone().limit(1).project({ _id: 1 }).toArray()).length === 0) return 0;
    const queued = await this.jobs.countDocuments(
      {
        ...replayed,
        finishedAt: null,
        state: { $in: ['queued', 'converting'] },
        publishedAt: { $ne: null },
      },
      { limit: maxQueued },
    );
    if (queued >= maxQueued) return 0;
    const jobs = await due
      .limit(maxQueued - queued)
      .project<OutboxJob>(outboxFields)
      .toArray();
    for (let from = 0; from < jobs.length; from += atOnce) {
      proceed?.();
      const some = jobs.slice(from, from + atOnce);
      const ends = await Promise.allSettled(some.map((job) => this.#publish(job)));
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    }
    return jobs.length;
  }

  async #publish(job: OutboxJob): Promise<void> {
    const { _id, owner, source, attempts } = job;
    const fid = source.fid.toHexString();
    await this.publisher.publish({
      queue: this.topology.queueNames.video,
      body: { video_fid: fid, mp3_fid: null, username: owner.address, job_id: _id },
      messageId: _id,
      headers: { ...jobHeaders(job), [headerNames.attempt]: attempts },
    });
    // Not of a job that has died and been put back meanwhile: that one's message is still to come.
    await this.jobs.updateOne({ _id, publishedAt: null, ...putBackAsOften(job) }, [
      { $set: { publishedAt: '$$NOW' } },
    ]);
  }
}

/** An owner's open jobs that are no replays. */
export function openOf({ id, address }: JobOwner): Filter<JobRecord> {
  return {
    finishedAt: null,
    replayedAt: null,
    'owner.id': id,
    // An id says who it is, whatever the address was at the time.
    ...(id === null ? { 'owner.address': address } : {}),
  };
}
