import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';
import { inThreeSteps } from './in-three-steps';

/**
 * Gives letters up for good. A job that is dead with its letter fails, and the relay tells its
 * listener, as it does for every refusal that was not announced yet.
 *
 * @returns how many jobs failed with it.
 */
export async function discardLetters(
  stores: DeadLetterStores,
  order: OrderRecord,
  letters: readonly DeadLetterRecord[],
): Promise<number> {
  const { jobs } = stores;
  const dead = { _id: { $in: jobIds(letters) }, state: 'dead' as const };
  const found = await jobs.find(dead).project<{ _id: string }>({ _id: 1 }).toArray();
  const ends = new Set(found.map(({ _id }) => _id));
  const note = ({ workQueue, jobId }: DeadLetterRecord): string =>
    workQueue === 'video' && ends.has(jobId ?? '')
      ? 'its job ends as failed and its listener is told'
      : 'closed';
  let failed = 0;
  await inThreeSteps(stores, order, letters, { state: 'discarded', note }, async () => {
    const { modifiedCount } = await jobs.updateMany(dead, {
      $set: {
        state: 'failed',
        refusal: { reason: 'given-up', detail: order.reason },
        // One that is stored and was never announced is swept.
        mp3: null,
        announcedAt: null,
        mail: 'none',
      },
    });
    failed = modifiedCount;
  });
  return failed;
}

/** Only a letter of the queue `video` is the end of a job; others are about its mail. */
function jobIds(letters: readonly DeadLetterRecord[]): string[] {
  return letters.flatMap(({ workQueue, jobId }) =>
    workQueue === 'video' && jobId !== null ? [jobId] : [],
  );
}
