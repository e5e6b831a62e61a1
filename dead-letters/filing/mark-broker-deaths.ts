import { unclaimed } from '../../contracts/claim-filter';
import type { AttemptFailure } from '../../contracts/job';
import { keepFailure } from '../../contracts/keep-failure';
import type { DeadLetterRecord } from '../dead-letter';
import type { DeadLetterStores } from '../stores';

/**
 * The broker gives a message up without a word to the job's record; here the record learns of it.
 * Not while somebody works on the job with another copy: then that one decides.
 *
 * @returns how many jobs ended with it.
 */
export async function markBrokerDeaths(
  { jobs }: DeadLetterStores,
  letters: readonly DeadLetterRecord[],
): Promise<number> {
  let ended = 0;
  for (const { workQueue, jobId, last } of letters) {
    if (jobId === null || last.reason !== 'delivery-limit') continue;
    // Put back since: this is a second copy of an older death. A missing count is none.
    const notPutBack = { replays: { $not: { $gt: last.replay } } };
    if (workQueue !== 'video') {
      await jobs.updateOne(
        { _id: jobId, mail: { $in: ['none', 'pending'] }, ...notPutBack },
        { $set: { mail: 'dead' } },
      );
      continue;
    }
    const { replay, at, errorClass, error, attempts: attempt } = last;
    const failure: AttemptFailure = {
      attempt,
      replay,
      at,
      worker: 'unknown',
      step: null,
      errorClass,
      error,
      log: [],
    };
    const { modifiedCount } = await jobs.updateOne(
      { _id: jobId, finishedAt: null, mp3: null, ...notPutBack, ...unclaimed },
      {
        $set: { state: 'dead', claim: null, deadReason: 'delivery-limit' },
        $push: { failures: keepFailure(failure) },
        $currentDate: { finishedAt: true },
      },
    );
    ended += modifiedCount;
  }
  return ended;
}
