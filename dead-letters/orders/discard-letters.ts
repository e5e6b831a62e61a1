import { actionEntry } from '../audit/action-entry';
import { appendEntries } from '../audit/append-entries';
import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';

/**
 * Gives letters up for good. A job that is dead with its letter fails, and the relay tells its
 * listener, as it does for every refusal that was not announced yet.
 */
export async function discardLetters(
  { letters, jobs, audit }: DeadLetterStores,
  order: OrderRecord,
  discarded: readonly DeadLetterRecord[],
): Promise<void> {
  const dead = await jobs
    .find({ _id: { $in: jobIds(discarded) }, state: 'dead' })
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  const ends = new Set(dead.map(({ _id }) => _id));
  await appendEntries(
    audit,
    discarded.map((letter) => {
      const endsJob = letter.workQueue === 'video' && ends.has(letter.jobId ?? '');
      const note = endsJob ? 'its job ends as failed and its listener is told' : 'closed';
      return actionEntry(order, letter, 'done', note);
    }),
  );
  await jobs.updateMany(
    { _id: { $in: jobIds(discarded) }, state: 'dead' },
    {
      $set: {
        state: 'failed',
        refusal: { reason: 'given-up', detail: order.reason },
        announcedAt: null,
        mail: 'none',
      },
    },
  );
  await letters.updateMany(
    { _id: { $in: discarded.map(({ _id }) => _id) } },
    { $set: { state: 'discarded', stateAt: new Date(), order: order._id } },
  );
}

/** Only a letter of the queue `video` is the end of a job; others are about its mail. */
function jobIds(letters: readonly DeadLetterRecord[]): string[] {
  return letters.flatMap(({ workQueue, jobId }) =>
    workQueue === 'video' && jobId !== null ? [jobId] : [],
  );
}
