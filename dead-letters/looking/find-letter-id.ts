import type { Filter } from 'mongodb';
import type { DeadLetterRecord } from '../dead-letter';
import type { DeadLetterStores } from '../stores';

/** No letter is meant by a text, or more than one. */
export class UnknownLetter extends Error {
  override readonly name = 'UnknownLetter';
}

const namedAtMost = 5;
/** So few digits mean a letter by chance: a slip of the hand must not discard one. */
const fewestDigits = 4;

/**
 * The id of the letter that a person means: by the beginning of its id, or by the id of its job.
 *
 * @throws UnknownLetter, whose message says what there is.
 */
export async function findLetterId(
  { letters }: Pick<DeadLetterStores, 'letters'>,
  text: string,
): Promise<string> {
  const found = await letters
    .find({ $or: meantBy(text) })
    .limit(namedAtMost + 1)
    .project<Pick<DeadLetterRecord, '_id'>>({ _id: 1 })
    .toArray();
  const ids = found.map(({ _id }) => _id);
  const [id, ...others] = ids;
  if (id === undefined) {
    throw new UnknownLetter(
      `no dead letter "${text}"; expected the beginning of a letter's id, ${fewestDigits} digits or more, or the id of a job that has one`,
    );
  }
  if (others.length === 0) return id;
  const named = ids.slice(0, namedAtMost).join(', ');
  throw new UnknownLetter(
    `${text} may mean ${named}${ids.length > namedAtMost ? ' and more' : ''}; expected one of them`,
  );
}

function meantBy(text: string): Filter<DeadLetterRecord>[] {
  const prefix = text.toLowerCase();
  // "g" comes after every hexadecimal digit. A range is what the index of ids can answer.
  const byId = { _id: { $gte: prefix, $lt: `${prefix}g` } };
  return /^[0-9a-f]{4,16}$/.test(prefix) ? [byId, { jobId: text }] : [{ jobId: text }];
}
