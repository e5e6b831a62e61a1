import type { Collection } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { heldReplays } from '../../contracts/outbox';

/** Some 25 ms of MongoDB's time; beyond it nobody asks for the exact number. */
const mostCounted = 50_000;

/**
 * How many replays wait for their turn, up to a limit: however many an operator puts back, a look
 * costs no more. Reads keys of an index of replays only, and no job.
 *
 * @throws the error of MongoDB
 */
export function countHeldReplays(
  jobs: Collection<JobRecord>,
  limit = mostCounted,
): Promise<number> {
  return jobs.countDocuments(heldReplays, { hint: 'open-replays', limit });
}
