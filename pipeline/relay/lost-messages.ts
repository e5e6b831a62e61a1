import type { Collection, Filter } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { unclaimed } from '../../contracts/claim-filter';
import type { Shortfall } from './shortfall';

/** Ids in memory at a time. */
const batch = 1_000;
/** Not one that begins with `publishedAt`, which holds every job that ever was. */
const hint = 'open-published';

const published: Filter<JobRecord> = { finishedAt: null, publishedAt: { $ne: null } };

/**
 * Finds jobs whose message the broker has lost, with its disk or one by one, and holds them anew,
 * so that they are published again. A job counts as lost when the queues lack messages and nothing
 * was heard of it for `lostAfterMs`; the ones published first are taken first.
 *
 * @param shortfall Of the video queue and its retry queues.
 * @returns how many jobs are held anew.
 * @throws BrokerAway, or the error of MongoDB
 */
export async function holdLost(
  jobs: Collection<JobRecord>,
  shortfall: Shortfall,
  lostAfterMs: number,
): Promise<number> {
  const silent = silentFor(lostAfterMs);
  if ((await jobs.findOne(silent, { hint, projection: { _id: 1 } })) === null) {
    shortfall.reset();
    return 0;
  }
  const missing = await shortfall.look(() =>
    jobs.countDocuments({ ...published, ...unclaimed }, { hint }),
  );
  if (missing === 0) return 0;
  const lost = await jobs
    .find(silent, { hint })
    .sort({ publishedAt: 1 })
    .limit(Math.min(missing, batch))
    .project<Pick<JobRecord, '_id'>>({ _id: 1 })
    .toArray();
  const { modifiedCount } = await jobs.updateMany(
    { ...silent, _id: { $in: lost.map(({ _id }) => _id) } },
    { $set: { publishedAt: null } },
  );
  return modifiedCount;
}

/** Nobody published it, worked on it or failed at it for so long. The server's clock decides. */
function silentFor(lostAfterMs: number): Filter<JobRecord> {
  const lastSign = { $max: ['$publishedAt', '$claim.expiresAt', { $last: '$failures.at' }] };
  return { ...published, $expr: { $lt: [lastSign, { $subtract: ['$$NOW', lostAfterMs] }] } };
}
