import type { AnyBulkWriteOperation } from 'mongodb';
import type { DeadLetterRecord, Death } from '../dead-letter';
import { appendEntries } from '../audit/append-entries';
import { outcomeEntry } from '../audit/outcome-entry';
import type { DeadLetterStores } from '../stores';
import type { ArrivedMessage } from './arrived-message';
import { letterOf } from './letter-of';
import { markBrokerDeaths } from './mark-broker-deaths';
import { storeBody } from './store-body';

type KnownLetter = Pick<DeadLetterRecord, '_id' | 'deaths' | 'order' | 'jobId'>;

/**
 * Files messages. Once it resolves they may be acked: they are on the server's disk. Filing a
 * message again changes nothing, so whoever dies before the ack does no harm.
 *
 * A message that is on file already died again when its header `replay` has a number that no death
 * on file has, or when it came after the letter was closed; else it is a second copy.
 *
 * @throws the error of MongoDB; some may be on file then.
 */
export async function fileMessages(
  stores: DeadLetterStores,
  messages: readonly ArrivedMessage[],
): Promise<void> {
  const now = new Date();
  const letters = messages.map((message) => letterOf(message, now));
  for (const [index, letter] of letters.entries()) {
    const content = messages[index]?.content;
    if (letter.body === null && content !== undefined) await storeBody(stores, letter, content);
  }
  await noteDiedAgain(stores, letters);
  const writes = letters.flatMap((letter) => [fileOnce(letter), fileDeath(letter)]);
  // In order: two copies of one message may be in one batch.
  await stores.letters.bulkWrite(writes, { ordered: true });
  await markBrokerDeaths(stores, letters);
}

type Write = AnyBulkWriteOperation<DeadLetterRecord>;

function fileOnce({ _id, ...fields }: DeadLetterRecord): Write {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

/** Another death of a letter on file; matches nothing for a second copy. */
function fileDeath({ _id, last: death, stateAt }: DeadLetterRecord): Write {
  return {
    updateOne: {
      filter: {
        _id,
        $or: [
          { 'deaths.replay': { $ne: death.replay } },
          { state: 'discarded', stateAt: { $lt: death.at } },
          { state: 'replayed', outcome: { $ne: 'waiting' }, stateAt: { $lt: death.at } },
        ],
      },
      update: [
        {
          $set: {
            // A literal: error texts of strangers may begin with "$".
            deaths: { $concatArrays: ['$deaths', [{ $literal: death }]] },
            last: { $literal: death },
            state: 'open',
            stateAt: { $literal: stateAt },
            outcome: { $cond: [{ $eq: ['$outcome', 'waiting'] }, 'died-again', '$outcome'] },
          },
        },
      ],
    },
  };
}

/** Links the replays that come back here to what became of them, before the letters are changed. */
async function noteDiedAgain(
  { letters, audit }: DeadLetterStores,
  arrived: readonly DeadLetterRecord[],
): Promise<void> {
  const known = await letters
    .find({ _id: { $in: arrived.map(({ _id }) => _id) }, outcome: 'waiting' })
    .project<KnownLetter>({ deaths: 1, order: 1, jobId: 1 })
    .toArray();
  const deaths = new Map(arrived.map(({ _id, last }) => [_id, last]));
  const entries = known
    .filter((letter) => isNew(letter, deaths.get(letter._id)))
    .flatMap((letter) => outcomeEntry(letter, 'died-again'));
  await appendEntries(audit, entries);
}

function isNew({ deaths }: KnownLetter, death: Death | undefined): boolean {
  return death !== undefined && deaths.every(({ replay }) => replay !== death.replay);
}
