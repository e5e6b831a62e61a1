import type { Collection, Filter } from 'mongodb';
import { unclaimed } from '../../contracts/claim-filter';
import type { JobRecord } from '../../contracts/job';
import { replayed } from '../../contracts/job-collection';
import { workQueues, type WorkQueue } from '../../contracts/topology';
import type { Metrics } from '../../observability/metrics';

/** Since when the oldest job of each queue waits; null when none does. */
export type WaitingSince = Readonly<Record<WorkQueue, Date | null>>;

export const nobodyWaits: WaitingSince = { video: null, mp3: null, failed: null };

/** The order of what is looked at is that of an index: a few keys, however many jobs there are. */
const hints = { open: 'open-by-age', mail: 'mail-by-age' } as const;

/**
 * Looks at what waits longest: for a worker (held, on the broker, or for its next attempt) since it
 * was uploaded or put back; for its mail since its news went out. Not since the job ended, which may
 * be long before an operator discards it or has its news sent again.
 *
 * @throws the error of MongoDB
 */
export async function waitingSince(jobs: Collection<JobRecord>): Promise<WaitingSince> {
  const open = { finishedAt: null, ...unclaimed };
  const [fresh, again, mp3, failed] = await Promise.all([
    first(jobs, { ...open, replayedAt: null }, 'createdAt', hints.open),
    first(jobs, { ...open, ...replayed }, 'replayedAt', hints.open),
    first(jobs, { mail: 'pending', state: 'ready' }, 'announcedAt', hints.mail),
    first(jobs, { mail: 'pending', state: 'failed' }, 'announcedAt', hints.mail),
  ]);
  return { video: earlier(fresh, again), mp3, failed };
}

/** Shows for how long they have waited by now. */
export function showWaiting(since: WaitingSince, metrics: Metrics): void {
  for (const queue of workQueues) {
    const waits = since[queue];
    // Two clocks, ours and of whoever noted the time: never less than nothing.
    const seconds = waits === null ? 0 : Math.max(0, Date.now() - waits.getTime()) / 1_000;
    metrics.set('oldest_waiting_seconds', { queue }, seconds);
  }
}

async function first(
  jobs: Collection<JobRecord>,
  which: Filter<JobRecord>,
  by: 'createdAt' | 'replayedAt' | 'announcedAt',
  hint: string,
): Promise<Date | null> {
  const found = await jobs.findOne(which, { sort: { [by]: 1 }, projection: { [by]: 1 }, hint });
  return found?.[by] ?? null;
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
