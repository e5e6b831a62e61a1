import type { Collection, Filter, Sort } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { replayed } from '../../contracts/job-collection';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology } from '../../contracts/topology';
import { newsOf } from '../news/news';
import { inParallel } from './in-parallel';
import type { Shortfall } from './shortfall';

/** Jobs in memory at a time. */
const batch = 200;
const atOnce = 8;

/** What the news are made of. */
type Told = Pick<
  JobRecord,
  '_id' | 'owner' | 'source' | 'state' | 'mp3' | 'refusal' | 'replays' | 'traceId'
>;

const toldFields: Readonly<Record<keyof Told, 1>> = {
  _id: 1,
  owner: 1,
  source: 1,
  state: 1,
  mp3: 1,
  refusal: 1,
  replays: 1,
  traceId: 1,
};

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
 * broker lost the message that would have brought another one there; or an operator gave them up.
 * Not those of replays, see `announceReplayed`.
 *
 * @returns how many were announced.
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export function announceUnheard(deps: NewsDeps): Promise<number> {
  return announce(deps, { ...unheard(deps), replayedAt: null }, { finishedAt: 1 }, batch);
}

/**
 * Announces jobs that an operator put back, or gave up after that, and whose news is to go out
 * (again), so that at most `maxQueued` of them wait for their mail.
 *
 * @returns how many were announced.
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export async function announceReplayed(deps: NewsDeps, maxQueued: number): Promise<number> {
  const { jobs } = deps;
  const due = { ...unheard(deps), ...replayed };
  if ((await jobs.findOne(due, { projection: { _id: 1 } })) === null) return 0;
  const pending = await jobs.countDocuments(
    { ...replayed, mail: 'pending', announcedAt: { $ne: null } },
    { limit: maxQueued },
  );
  if (pending >= maxQueued) return 0;
  return announce(deps, due, { replayedAt: 1 }, Math.min(maxQueued - pending, batch));
}

const unheard = (deps: NewsDeps): Filter<JobRecord> => ({
  announcedAt: null,
  state: { $in: ['ready', 'failed'] },
  finishedAt: { $lt: longAgo(deps) },
});

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
  if (missing === 0) return 0;
  return announce(deps, pending, { announcedAt: 1 }, Math.min(missing, batch));
}

async function announce(
  { jobs, publisher, topology, proceed }: NewsDeps,
  which: Filter<JobRecord>,
  first: Sort,
  limit: number,
): Promise<number> {
  const found = await jobs
    .find(which)
    .sort(first)
    .limit(limit)
    // Not their failures, which may be long.
    .project<Told>(toldFields)
    .toArray();
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
