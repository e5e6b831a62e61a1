import { letterQuery } from '../letter-query';
import { cursorOf, placeAfter, readCursor, type ListPage } from '../page-cursor';
import type { LetterFilter } from '../selection';
import type { DeadLetterStores } from '../stores';
import type { LetterPage } from '../views';
import { summarize, summaryFields, type ListedLetter } from './letter-summary';

export type { ListPage } from '../page-cursor';

/**
 * A page of the letters that a filter finds, newest death first.
 *
 * @throws InvalidCursor
 */
export async function listLetters(
  stores: Pick<DeadLetterStores, 'letters'>,
  filter: LetterFilter,
  page: ListPage,
): Promise<LetterPage> {
  const found = await findPage(stores, filter, page).toArray();
  const shown = found.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    dead_letters: shown.map(summarize),
    next:
      last !== undefined && found.length > shown.length
        ? cursorOf({ at: last.last.at, id: last._id })
        : null,
  };
}

/** The query of a page. One more than asked for: that tells whether there is a next page. */
export function findPage(
  { letters }: Pick<DeadLetterStores, 'letters'>,
  filter: LetterFilter,
  { limit, after }: ListPage,
) {
  const place = after === undefined ? [] : placeAfter('last.at', readCursor(after));
  return letters
    .find({ $and: [letterQuery(filter), ...place] })
    .sort({ 'last.at': -1, _id: -1 })
    .limit(limit + 1)
    .project<ListedLetter>(summaryFields);
}
