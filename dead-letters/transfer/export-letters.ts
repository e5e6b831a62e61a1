import type { DeadLetterRecord } from '../dead-letter';
import { letterBody } from '../letter-body';
import { lettersOf } from '../letter-query';
import type { Selection } from '../selection';
import type { DeadLetterStores } from '../stores';
import { letterLine } from './letter-line';

type Id = Pick<DeadLetterRecord, '_id'>;

/** Letters read at a time: of each at most what a record holds of a body. */
const lettersPerRead = 50;

/**
 * The chosen letters, one JSON object per line, oldest death first, so that the same letters make
 * the same file. Memory holds a few letters.
 *
 * A letter that is closed or dies again meanwhile is written as it is when its turn comes.
 */
export async function* exportLetters(
  stores: DeadLetterStores,
  selection: Selection,
): AsyncGenerator<string, void, undefined> {
  let ids: string[] = [];
  for await (const { _id } of inOrder(stores, selection)) {
    ids.push(_id);
    if (ids.length < lettersPerRead) continue;
    yield* linesOf(stores, ids);
    ids = [];
  }
  yield* linesOf(stores, ids);
}

/** Only ids are sorted: a server sorts 100 MB in memory, and bodies would fill that. */
function inOrder({ letters }: DeadLetterStores, selection: Selection) {
  return letters.aggregate<Id>(
    [
      { $match: lettersOf(selection) },
      { $project: { 'last.at': 1 } },
      { $sort: { 'last.at': 1, _id: 1 } },
      { $project: { _id: 1 } },
    ],
    { allowDiskUse: true },
  );
}

async function* linesOf(
  stores: DeadLetterStores,
  ids: readonly string[],
): AsyncGenerator<string, void, undefined> {
  const found = await stores.letters.find({ _id: { $in: [...ids] } }).toArray();
  const letters = new Map(found.map((letter) => [letter._id, letter]));
  for (const id of ids) {
    const letter = letters.get(id);
    if (letter !== undefined) yield letterLine(letter, await letterBody(stores, letter));
  }
}
