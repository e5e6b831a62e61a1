import type { Document } from 'mongodb';
import type { DeadLetterRecord } from '../dead-letter';
import type { LetterFilter } from '../selection';
import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { groupsSchema } from '../views';
import { aggregateGroups, listGroups } from './list-groups';

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

test('letters are counted by queue, step and class, and the newest is the sample', async () => {
  const letters = await seedLetters(stores, 43, (index) =>
    index === 42 ? { state: 'discarded' } : {},
  );
  const early = new Date('2026-01-01T00:00:00.000Z');
  await stores.letters.updateOne({ _id: letters[8]?._id ?? '' }, { $set: { firstAt: early } });
  const answer = await listGroups(stores, {});
  expect(groupsSchema.parse(answer)).toEqual(answer);
  const { groups } = answer;
  expect(groups.map(({ count }) => count)).toEqual([6, 6, 5, 5, 5, 5, 5, 5]);
  expect(groups[1]).toEqual({
    queue: 'video',
    step: 'store-mp3',
    error_class: 'MongoServerError',
    count: 6,
    first_at: early.toISOString(),
    last_at: letters[40]?.last.at.toISOString(),
    sample: { id: letters[40]?._id, error: 'no space left' },
  });
  expect(groups).toContainEqual(
    expect.objectContaining({ step: null, error_class: 'WorkerCrashed', count: 5 }),
  );
});

test('a filter narrows the groups, and any state counts', async () => {
  await seedLetters(stores, 16, (index) => ({ state: index < 8 ? 'open' : 'parked' }));
  const counts = async (filter: LetterFilter) =>
    (await listGroups(stores, filter)).groups.map(({ count }) => count);
  expect(await counts({ queue: 'mp3' })).toEqual([1, 1]);
  expect(await counts({ queue: 'mp3', state: 'any' })).toEqual([2, 2]);
  expect(await counts({ state: 'parked', step: '-' })).toEqual([1]);
  expect(await counts({ user: 'nobody@example.com' })).toEqual([]);
});

test('no two things that strangers write are one group', async () => {
  const death = (errorClass: string): Pick<DeadLetterRecord, 'last'> => ({
    last: {
      replay: 0,
      at: new Date(),
      reason: 'not-stated',
      step: null,
      errorClass,
      error: '$error',
      attempts: 0,
    },
  });
  const classes = ['$where', '$last.error', 'a.b', '__proto__', 'constructor'];
  await seedLetters(stores, 5, (index) => ({ workQueue: 'video', ...death(classes[index] ?? '') }));
  const { groups } = await listGroups(stores, {});
  expect(groups.map(({ error_class }) => error_class).sort()).toEqual([...classes].sort());
});

test('ten thousand letters are counted in the index; of each group one letter is read', async () => {
  await seedLetters(stores, 10_000);
  const filters: LetterFilter[] = [
    {},
    { state: 'any' },
    { queue: 'video', died_after: '2020-01-01T00:00:00.000Z' },
  ];
  for (const filter of filters) {
    const plan = await aggregateGroups(stores, filter).explain('executionStats');
    const stages = plan['stages'] as Document[];
    const counted = (stages[0] as Document)['$cursor'] as Document;
    const winner = JSON.stringify((counted['queryPlanner'] as Document)['winningPlan']);
    expect(winner).toContain('"indexName":"group-newest"');
    expect(winner).not.toMatch(/COLLSCAN|"FETCH"/);
    expect(counted['executionStats']).toMatchObject({ totalDocsExamined: 0 });
    const groups = (await listGroups(stores, filter)).groups.length;
    expect(stages.at(-1)).toMatchObject({ totalDocsExamined: groups, indexesUsed: ['_id_'] });
  }
}, 60_000);
