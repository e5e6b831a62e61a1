import type { AnyBulkWriteOperation, Document } from 'mongodb';
import { highestStrangersReplay } from '../../contracts/replay-count';
import type { DeadLetterRecord } from '../dead-letter';
import type { DeadLetterStores } from '../stores';
import type { ArrivedMessage } from './arrived-message';
import { diedAnew, diesAnew, knownLetters, type KnownLetter } from './died-anew';
import { letterOf } from './letter-of';
import { markBrokerDeaths } from './mark-broker-deaths';
import { noteDiedAgain } from './note-died-again';
import { replaceBody, storeBody } from './store-body';

/**
 * Files messages. Once it resolves they may be acked: they are on the server's disk. Filing a
 * message again changes nothing, so whoever dies before the ack does no harm.
 *
 * @returns how many jobs ended with it: those that the broker gave up without a word.
 * @throws the error of MongoDB; some may be on file then.
 */
export async function fileMessages(
  stores: DeadLetterStores,
  messages: readonly ArrivedMessage[],
): Promise<number> {
  const now = new Date();
  const arrived = messages.map((message) => letterOf(message, now));
  const known = await knownLetters(stores, arrived);
  const letters = arrived.map((letter) => withBelievedReplay(letter, known.get(letter._id)));
  for (const [index, letter] of letters.entries()) {
    const content = messages[index]?.content;
    if (letter.body !== null || content === undefined) continue;
    const onFile = known.get(letter._id);
    if (onFile === undefined) await storeBody(stores, letter, content);
    else if (diesAnew(onFile, letter.last)) await replaceBody(stores, letter, content);
  }
  await noteDiedAgain(stores, letters, known);
  const writes = letters.flatMap((letter) => [fileOnce(letter), fileDeath(letter)]);
  // In order: two copies of one message may be in one batch.
  await stores.letters.bulkWrite(writes, { ordered: true });
  return markBrokerDeaths(stores, letters);
}

/**
 * A high number is believed of a letter only that was put back so often: on file it would make the
 * number we give next one that nobody reads. The same each time a message is filed.
 */
function withBelievedReplay(letter: DeadLetterRecord, onFile?: KnownLetter): DeadLetterRecord {
  const { replay } = letter.last;
  if (replay <= highestStrangersReplay || replay <= (onFile?.replay ?? 0)) return letter;
  const last = { ...letter.last, replay: 0 };
  return { ...letter, last, deaths: [last] };
}

type Write = AnyBulkWriteOperation<DeadLetterRecord>;

function fileOnce({ _id, ...fields }: DeadLetterRecord): Write {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
}

/**
 * Another death of a letter on file; matches nothing for a second copy. The message is kept as it
 * died last: an edit may have changed it since the first time.
 */
function fileDeath(letter: DeadLetterRecord): Write {
  const { _id, last: death, stateAt, jobId } = letter;
  const { contentType, headers, bodyBytes, body, address, problem } = letter;
  const latest = { contentType, headers, bodyBytes, body, address, problem, last: death, stateAt };
  // Literals: texts of strangers may begin with "$".
  const literals = Object.entries(latest).map(([name, $literal]): [string, Document] => [
    name,
    { $literal },
  ]);
  return {
    updateOne: {
      filter: diedAnew(_id, death),
      update: [
        {
          $set: {
            ...Object.fromEntries(literals),
            deaths: { $concatArrays: ['$deaths', [{ $literal: death }]] },
            jobId: { $ifNull: [{ $literal: jobId }, '$jobId'] },
            state: 'open',
            outcome: { $cond: [{ $eq: ['$outcome', 'waiting'] }, 'died-again', '$outcome'] },
          },
        },
      ],
    },
  };
}
