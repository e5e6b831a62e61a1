import { appendEntries } from '../audit/append-entries';
import { outcomeEntry } from '../audit/outcome-entry';
import type { DeadLetterRecord } from '../dead-letter';
import type { DeadLetterStores } from '../stores';
import { diesAnew, type KnownLetter } from './died-anew';

type Sibling = Pick<DeadLetterRecord, '_id' | 'order' | 'jobId' | 'replay'>;

/** Links the replays that come back here to what became of them, before the letters are changed. */
export async function noteDiedAgain(
  stores: DeadLetterStores,
  arrived: readonly DeadLetterRecord[],
  known: ReadonlyMap<string, KnownLetter>,
): Promise<void> {
  const { letters, audit } = stores;
  const back = new Map<string, KnownLetter>();
  for (const { _id, last } of arrived) {
    const letter = known.get(_id);
    if (letter?.outcome === 'waiting' && diesAnew(letter, last)) back.set(_id, letter);
  }
  const siblings = await siblingsOf(stores, arrived);
  const died = [...back.values(), ...siblings];
  await appendEntries(
    audit,
    died.flatMap((letter) => outcomeEntry(letter, 'died-again')),
  );
  if (siblings.length === 0) return;
  await letters.updateMany(
    { _id: { $in: siblings.map(({ _id }) => _id) }, outcome: 'waiting' },
    { $set: { outcome: 'died-again' } },
  );
}

/**
 * Other letters of the same jobs: of a message that named its job only once it was mended, for one.
 * Their replay dies under the id of the job.
 */
async function siblingsOf(
  { letters }: DeadLetterStores,
  arrived: readonly DeadLetterRecord[],
): Promise<Sibling[]> {
  const replays = new Map<string | null, number>();
  for (const { workQueue, jobId, last } of arrived) {
    if (workQueue !== 'video' || jobId === null || last.replay === 0) continue;
    replays.set(jobId, Math.max(last.replay, replays.get(jobId) ?? 0));
  }
  if (replays.size === 0) return [];
  const waiting = await letters
    .find({
      _id: { $nin: arrived.map(({ _id }) => _id) },
      jobId: { $in: [...replays.keys()] },
      workQueue: 'video',
      outcome: 'waiting',
    })
    .project<Sibling>({ order: 1, jobId: 1, replay: 1 })
    .toArray();
  return waiting.filter(({ jobId, replay }) => replay <= (replays.get(jobId) ?? 0));
}
