import type { Collection, Filter, Sort } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { putBackAsOften, replayed } from '../../contracts/job-collection';
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
  '_id' | 'owner' | 'source' | 'state' | 'mp3' | 'refusal' | 'replays' | 'traceId' | 'traceparent'
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
  traceparent: 1,
};

export interface NewsDeps {
  readonly jobs: Collection<JobRecord>;
  readonly publisher: Publisher;
  readonly topology: Topology;
  readonly lostAfterMs: number;
  /** Asked before each job; throws to end it. */
  readonly proceed: () => void;
}

/** How many were announced. */
export interface Announced {
  readonly jobs: number;
  /** Of jobs that an operator gave up: their first news are the relay's to bring. */
  readonly givenUp: number;
}

const none: Announced = { jobs: 0, givenUp: 0 };

/**
 * Announces jobs that ended and whose news never went out: their worker died in between, and the
 * broker lost the message that would have brought another one there; or an operator gave them up.
 * Not those of replays, see `announceReplayed`.
 *
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export function announceUnheard(deps: NewsDeps): Promise<Announced> {
  return announce(deps, { ...unheard(deps), replayedAt: null }, { finishedAt: 1 }, batch);
}

/**
 * Announces jobs that an operator put back, or gave up after that, and whose news is to go out
 * (again), so that at most `maxQueued` of them wait for their mail.
 *
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export async function announceReplayed(deps: NewsDeps, maxQueued: number): Promise<Announced> {
  const { jobs } = deps;
  const due = { ...unheard(deps), ...replayed };
  if ((await jobs.findOne(due, { projection: { _id: 1 } })) === null) return none;
  const pending = await jobs.countDocuments(
    { ...replayed, mail: 'pending', announcedAt: { $ne: null } },
    { limit: maxQueued },
  );
  if (pending >= maxQueued) return none;
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
 * @throws BrokerAway, PublishFailed, or the error of MongoDB
 */
export async function announceLost(deps: NewsDeps, shortfall: Shortfall): Promise<Announced> {
  const { jobs } = deps;
  const pending: Filter<JobRecord> = { mail: 'pending', announcedAt: { $lt: longAgo(deps) } };
  if ((await jobs.findOne(pending, { projection: { _id: 1 } })) === null) {
    shortfall.reset();
    return none;
  }
  const missing = await shortfall.look(() =>
    jobs.countDocuments({ mail: 'pending', announcedAt: { $ne: null } }),
  );
  if (missing === 0) return none;
  return announce(deps, pending, { announcedAt: 1 }, Math.min(missing, batch));
}

async function announce(
  { jobs, publisher, topology, proceed }: NewsDeps,
  which: Filter<JobRecord>,
  first: Sort,
  limit: number,
): Promise<Announced> {
  const found = await jobs
    .find(which)
    .sort(first)
    .limit(limit)
    // Not their failures, which may be long.
    .project<Told>(toldFields)
    .toArray();
  const announced = { jobs: 0, givenUp: 0 };
  await inParallel(found, atOnce, async (job) => {
    proceed();
    const news = newsOf(job, topology);
    if (news === undefined) return;
    await publisher.publish(news);
    if (job.refusal?.reason === 'given-up') announced.givenUp += 1;
    else announced.jobs += 1;
    // The mail may be out by now.
    const settled = { $in: ['$mail', ['sent', 'dead']] };
    // Not of a job that was put back meanwhile: that one's news are still to go out.
    await jobs.updateOne({ _id: job._id, ...putBackAsOften(job) }, [
      { $set: { announcedAt: '$$NOW', mail: { $cond: [settled, '$mail', 'pending'] } } },
    ]);
  });
  return announced;
}

const longAgo = ({ lostAfterMs }: NewsDeps): Date => new Date(Date.now() - lostAfterMs);
