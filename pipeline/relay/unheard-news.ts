import type { Collection, Filter } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology } from '../../contracts/topology';
import { newsOf } from '../news/news';
import { inParallel } from './in-parallel';
import type { Shortfall } from './shortfall';

/** Jobs in memory at a time. */
const batch = 200;
const atOnce = 8;

export interface NewsDeps {
  readonly jobs: Collection<JobRecord>;
  readonly publisher: Publisher;
  readonly topology: Topology;
  readonly lostAfterMs: number;
  /** Asked before each job; throws to end it. */
  readonly proceed: () => void;
}

/**
 * Announces jobs that ended and whose news never went out: their worker died in between, and the
 * broker lost the message that would have brought another one there.
 *
 * @returns how many were announced.
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export function announceUnheard(deps: NewsDeps): Promise<number> {
  const unheard: Filter<JobRecord> = {
    announcedAt: null,
    finishedAt: { $lt: longAgo(deps) },
    $or: [
      { state: 'ready', mp3: { $ne: null } },
      { state: 'failed', refusal: { $ne: null } },
    ],
  };
  return announce(deps, unheard, batch);
}

/**
 * Announces jobs anew whose mail is still to come although the queues lack messages. The ledger
 * knows which mails went out, so nobody gets a second one.
 *
 * @param shortfall Of the queues that bring news to the notification worker.
 * @returns how many were announced.
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export async function announceLost(deps: NewsDeps, shortfall: Shortfall): Promise<number> {
  const { jobs } = deps;
  const pending: Filter<JobRecord> = { mail: 'pending', announcedAt: { $lt: longAgo(deps) } };
  if ((await jobs.findOne(pending, { projection: { _id: 1 } })) === null) {
    shortfall.reset();
    return 0;
  }
  const missing = await shortfall.look(() =>
    jobs.countDocuments({ mail: 'pending', announcedAt: { $ne: null } }),
  );
  return missing === 0 ? 0 : announce(deps, pending, Math.min(missing, batch));
}

async function announce(
  { jobs, publisher, topology, proceed }: NewsDeps,
  which: Filter<JobRecord>,
  limit: number,
): Promise<number> {
  const found = await jobs.find(which).sort({ announcedAt: 1 }).limit(limit).toArray();
  let announced = 0;
  await inParallel(found, atOnce, async (job) => {
    proceed();
    const news = newsOf(job, topology);
    if (news === undefined) return;
    await publisher.publish(news);
    announced += 1;
    // The mail may be out by now.
    const settled = { $in: ['$mail', ['sent', 'dead']] };
    await jobs.updateOne({ _id: job._id }, [
      { $set: { announcedAt: '$$NOW', mail: { $cond: [settled, '$mail', 'pending'] } } },
    ]);
  });
  return announced;
}

const longAgo = ({ lostAfterMs }: NewsDeps): Date => new Date(Date.now() - lostAfterMs);
