import type { Document } from 'mongodb';
import type { DeadLetterRecord } from '../dead-letter';
import type { ListPage } from '../page-cursor';
import type { LetterFilter } from '../selection';
import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { letterPageSchema, type LetterSummary } from '../views';
import { findPage, listLetters } from './list-letters';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

async function allPages(filter: LetterFilter, limit: number): Promise<LetterSummary[]> {
  const lines: LetterSummary[] = [];
  let page: ListPage = { limit };
  for (;;) {
    const { dead_letters: letters, next } = await listLetters(stores, filter, page);
    lines.push(...letters);
    if (next === null) return lines;
    page = { limit, after: next };
  }
}

describe('a few letters', () => {
  afterEach(async () => {
    await stores.letters.deleteMany({});
  });

  test('they come newest death first, every one once, whatever the size of the page', async () => {
    const at = new Date();
    // Many in one millisecond: then the id decides.
    const letters = await seedLetters(stores, 25, (index) =>
      index % 3 === 0 ? { last: { ...someDeath, at } } : {},
    );
    const newestFirst = [...letters]
      .sort((a, b) => b.last.at.getTime() - a.last.at.getTime() || (a._id < b._id ? 1 : -1))
      .map(({ _id }) => _id);
    for (const limit of [1, 7, 24, 25, 26]) {
      expect((await allPages({}, limit)).map(({ id }) => id)).toEqual(newestFirst);
    }
  });

  test('letters that come or go do not shift the next page', async () => {
    const letters = await seedLetters(stores, 6);
    const first = await listLetters(stores, {}, { limit: 3 });
    await seedLetters(stores, 4, { last: { ...someDeath, at: new Date(Date.now() + 60_000) } });
    await stores.letters.deleteOne({ _id: first.dead_letters[2]?.id ?? '' });
    const second = await listLetters(stores, {}, { limit: 3, after: first.next ?? '' });
    const oldest = letters.slice(0, 3).reverse();
    expect(second.dead_letters.map(({ id }) => id)).toEqual(oldest.map(({ _id }) => _id));
    expect(second.next).toBeNull();
  });

  test('a line says what died, of what, and how it stands', async () => {
    const [letter] = await seedLetters(stores, 1, { replays: 2, outcome: 'died-again' });
    const page = await listLetters(stores, {}, { limit: 1 });
    expect(letterPageSchema.parse(page)).toEqual(page);
    expect(page).toEqual({
      dead_letters: [
        {
          id: letter?._id,
          queue: 'video',
          message_id: letter?.messageId,
          job: letter?.jobId,
          user: 'listener0@example.com',
          state: 'open',
          reason: 'attempts-exhausted',
          step: 'store-mp3',
          error_class: 'MongoServerError',
          error: 'no space left',
          attempts: 4,
          died_at: letter?.last.at.toISOString(),
          first_died_at: letter?.firstAt.toISOString(),
          replays: 2,
          outcome: 'died-again',
          bytes: letter?.bodyBytes,
          problem: null,
        },
      ],
      next: null,
    });
  });

  test('what is no "next" of a page is refused', async () => {
    for (const after of ['', 'x', '1-', '-1', '12345', '1-$where', '{"$ne":1}', '9'.repeat(30)]) {
      await expect(listLetters(stores, {}, { limit: 1, after })).rejects.toMatchObject({
        name: 'InvalidCursor',
      });
    }
  });
});

describe('ten thousand letters', () => {
  let letters: DeadLetterRecord[];

  beforeAll(async () => {
    letters = await seedLetters(stores, 10_000, (index) => ({
      state: index % 4 === 0 ? 'parked' : 'open',
    }));
  }, 60_000);

  const group = { queue: 'mp3', step: 'send-mail', error_class: 'MailUnanswered' } as const;

  test.each<[string, LetterFilter]>([
    ['state-newest', {}],
    ['newest', { state: 'any' }],
    ['group-newest', group],
    ['address-newest', { user: 'listener3@example.com', state: 'any' }],
  ])('a page reads no more than it shows (index %s)', async (index, filter) => {
    const first = await listLetters(stores, filter, { limit: 50 });
    const later = (await allPagesUntil(filter, 20)).next ?? '';
    for (const page of [
      { limit: 50 },
      { limit: 50, after: first.next ?? '' },
      { limit: 50, after: later },
    ]) {
      const { usedIndexes, keys, documents, sorts } = await explain(filter, page);
      expect(usedIndexes).toEqual([index]);
      expect(sorts).toBe(false);
      // One more than the page tells whether there is a next one; one key is the place itself.
      expect(keys).toBeLessThanOrEqual(53);
      expect(documents).toBeLessThanOrEqual(52);
    }
  });

  test('neither bodies nor headers are fetched', async () => {
    const [line] = await findPage(stores, {}, { limit: 1 }).toArray();
    expect(Object.keys(line ?? {}).sort()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(body|headers|deaths)$/)]),
    );
    expect(letters).toHaveLength(10_000);
  });

  async function allPagesUntil(filter: LetterFilter, pages: number) {
    let page = await listLetters(stores, filter, { limit: 50 });
    for (let turned = 1; turned < pages && page.next !== null; turned += 1) {
      page = await listLetters(stores, filter, { limit: 50, after: page.next });
    }
    return page;
  }

  async function explain(filter: LetterFilter, page: ListPage) {
    const plan = await findPage(stores, filter, page).explain('executionStats');
    const { winningPlan } = plan['queryPlanner'] as Document;
    const stats = plan['executionStats'] as Document;
    const text = JSON.stringify(winningPlan);
    return {
      usedIndexes: [...text.matchAll(/"indexName":"([^"]+)"/g)].map(([, name]) => name),
      sorts: text.includes('"SORT"') || text.includes('COLLSCAN'),
      keys: stats['totalKeysExamined'] as number,
      documents: stats['totalDocsExamined'] as number,
    };
  }
});

const someDeath = {
  replay: 0,
  reason: 'unknown-error',
  step: 'transcode',
  errorClass: 'Error',
  error: 'broken',
  attempts: 1,
} as const;
