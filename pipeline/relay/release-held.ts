import type { Collection } from 'mongodb';
import type { JobOwner, JobRecord } from '../../contracts/job';
import { held, type Outbox } from '../../contracts/outbox';
import { createdBefore } from './created-before';
import { inParallel } from './in-parallel';

/** A confirm takes some 40 ms, most of it waiting for the broker's disk. */
const ownersAtOnce = 8;

interface HeldJobs {
  readonly owner: JobOwner;
  readonly jobs: number;
}

export interface ReleaseOptions {
  readonly maxQueuedPerOwner: number;
  /** See `createdBefore`. */
  readonly graceMs: number;
  /** Asked before each owner; throws to end it. */
  readonly proceed: () => void;
  readonly onHeld: (jobs: number) => void;
  readonly onReleased: (jobs: number) => void;
}

/**
 * Publishes what is due of every owner's held jobs. Owners with few come first: they are soon done
 * with, and those with thousands keep nobody waiting.
 *
 * @throws what Outbox.release throws; the rest is tried next time.
 */
export async function releaseHeld(
  jobs: Collection<JobRecord>,
  outbox: Outbox,
  { maxQueuedPerOwner, graceMs, proceed, onHeld, onReleased }: ReleaseOptions,
): Promise<void> {
  const owners = await heldByOwner(jobs);
  onHeld(owners.reduce((sum, { jobs: count }) => sum + count, 0));
  await inParallel(owners, ownersAtOnce, async ({ owner }) => {
    proceed();
    const before = await createdBefore(jobs, owner, maxQueuedPerOwner, graceMs);
    const released = await outbox.release(owner, before);
    if (released > 0) onReleased(released);
  });
}

async function heldByOwner(jobs: Collection<JobRecord>): Promise<HeldJobs[]> {
  return jobs
    .aggregate<HeldJobs>([
      { $match: held },
      {
        $group: {
          // An id says who it is, whatever the address was at the time.
          _id: { $ifNull: ['$owner.id', { address: '$owner.address' }] },
          owner: { $first: '$owner' },
          jobs: { $sum: 1 },
        },
      },
      { $sort: { jobs: 1, _id: 1 } },
      { $project: { _id: 0 } },
    ])
    .toArray();
}
