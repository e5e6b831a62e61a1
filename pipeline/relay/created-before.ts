import type { Collection } from 'mongodb';
import type { JobOwner, JobRecord } from '../../contracts/job';
import { openOf } from '../../contracts/outbox';

type Age = Pick<JobRecord, '_id' | 'createdAt'>;

const older = (one: Age, other: Age): boolean =>
  one.createdAt < other.createdAt ||
  (one.createdAt.getTime() === other.createdAt.getTime() && one._id < other._id);

/**
 * Up to which time of creation an owner's held jobs are the relay's to publish. Young ones are left
 * to the gateway that is just about to publish them; a second copy would do no harm and be for
 * nothing. But not those that it held on purpose, because enough older ones were open when they
 * came: they go out as soon as there is room.
 *
 * @param graceMs How long the gateway may be busy publishing a job, in milliseconds.
 */
export async function createdBefore(
  jobs: Collection<JobRecord>,
  owner: JobOwner,
  maxQueuedPerOwner: number,
  graceMs: number,
): Promise<Date> {
  const grace = new Date(Date.now() - graceMs);
  const open = await jobs
    .find(openOf(owner))
    .sort({ createdAt: 1, _id: 1 })
    .limit(maxQueuedPerOwner)
    .project<Pick<JobRecord, '_id' | 'createdAt' | 'publishedAt'>>({
      createdAt: 1,
      publishedAt: 1,
    })
    .toArray();
  if (!open.some(({ publishedAt, createdAt }) => publishedAt === null && createdAt >= grace)) {
    return grace;
  }
  const ended = await jobs
    .find({ ...openOf(owner), finishedAt: { $gt: grace } })
    .project<Pick<JobRecord, '_id' | 'createdAt'> & { finishedAt: Date }>({
      createdAt: 1,
      finishedAt: 1,
    })
    .toArray();
  let before = grace;
  for (const [position, job] of open.entries()) {
    if (job.publishedAt !== null || job.createdAt < grace) continue;
    const since = ended.filter((one) => older(one, job) && one.finishedAt > job.createdAt);
    if (position + since.length < maxQueuedPerOwner) break;
    before = new Date(job.createdAt.getTime() + 1);
  }
  return before;
}
