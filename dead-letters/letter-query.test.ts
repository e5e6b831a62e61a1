import { letterQuery, lettersOf } from './letter-query';
import type { LetterFilter } from './selection';
import { openTestStores, seedLetters, type TestStores } from './test-letters';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

afterEach(async () => {
  await stores.letters.deleteMany({});
});

const idsOf = async (filter: LetterFilter) =>
  (await stores.letters.find(letterQuery(filter)).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

test('every field of a filter narrows, and all of them together', async () => {
  const letters = await seedLetters(stores, 40, (index) =>
    index % 2 === 0 ? { replays: 3 } : { state: 'parked' },
  );
  const expected = (test: (letter: (typeof letters)[number]) => boolean) =>
    letters
      .filter(test)
      .map(({ _id }) => _id)
      .sort();
  const [, , third] = letters;
  const middle = letters[20]?.last.at.toISOString() ?? '';
  const cases: [LetterFilter, (letter: (typeof letters)[number]) => boolean][] = [
    [{}, ({ state }) => state === 'open'],
    [{ state: 'any' }, () => true],
    [{ state: 'parked' }, ({ state }) => state === 'parked'],
    [{ queue: 'mp3', state: 'any' }, ({ workQueue }) => workQueue === 'mp3'],
    [{ step: 'transcode', state: 'any' }, ({ last }) => last.step === 'transcode'],
    [{ step: '-', state: 'any' }, ({ last }) => last.step === null],
    [{ error_class: 'MailRefused', state: 'any' }, ({ last }) => last.errorClass === 'MailRefused'],
    [{ reason: 'delivery-limit' }, ({ last }) => last.reason === 'delivery-limit'],
    [
      { user: 'LISTENER3@Example.com', state: 'any' },
      ({ address }) => address === 'listener3@example.com',
    ],
    [{ job: third?.jobId ?? '' }, ({ jobId }) => jobId === third?.jobId],
    [{ died_before: middle, state: 'any' }, ({ last }) => last.at < new Date(middle)],
    [{ died_after: middle, state: 'any' }, ({ last }) => last.at >= new Date(middle)],
    [{ min_attempts: 4 }, ({ last, state }) => last.attempts >= 4 && state === 'open'],
    [{ min_replays: 3, state: 'any' }, ({ replays }) => replays >= 3],
  ];
  for (const [filter, test] of cases) {
    const ids = expected(test);
    expect(ids.length).toBeGreaterThan(0);
    expect({ filter, ids: await idsOf(filter) }).toEqual({ filter, ids });
  }
  const all: LetterFilter = {
    queue: 'video',
    step: 'store-mp3',
    error_class: 'MongoServerError',
    reason: 'attempts-exhausted',
    user: letters[8]?.address ?? '',
    job: letters[8]?.jobId ?? '',
    state: 'open',
    died_after: letters[0]?.last.at.toISOString() ?? '',
    died_before: middle,
    min_attempts: 4,
    min_replays: 3,
  };
  expect(await idsOf(all)).toEqual([letters[8]?._id]);
});

test('letters named by id match in any state', async () => {
  const [first, second] = await seedLetters(stores, 3, { state: 'discarded' });
  const ids = [first?._id ?? '', second?._id ?? ''];
  expect(await stores.letters.countDocuments(lettersOf({ ids }))).toBe(2);
  expect(await stores.letters.countDocuments(lettersOf({ filter: {} }))).toBe(0);
});

test('names that mean something to MongoDB or JavaScript are only text', async () => {
  await seedLetters(stores, 8);
  for (const text of ['__proto__', '$where', 'last.step', '{"$ne":null}', '.*', '/./']) {
    expect(await idsOf({ step: text })).toEqual([]);
    expect(await idsOf({ error_class: text, user: text, job: text })).toEqual([]);
  }
});
