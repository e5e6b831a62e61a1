import type { JobRecord } from '../../contracts/job';
import type { DeadLetterRecord } from '../dead-letter';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { noteOutcomes } from './note-outcomes';
import { lettersOnFile } from './test-orders';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

afterEach(async () => {
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
});

const note = (proceed: () => void = () => undefined) => noteOutcomes(stores, proceed);

const putBack = { state: 'replayed', outcome: 'waiting', order: 'order', replays: 1 } as const;

const seed = (workQueue: DeadLetterRecord['workQueue'], count = 1) =>
  seedLetters(stores, count, { ...putBack, workQueue });

/** Seeds of jobs are made of letters of the queue `video`. */
const seedJobs = (letters: readonly DeadLetterRecord[], change: Partial<JobRecord>) =>
  seedJobsOf(
    stores,
    letters.map((letter) => ({ ...letter, workQueue: 'video' as const })),
    change,
  );

const outcomesOf = async (letters: readonly DeadLetterRecord[]) =>
  (await lettersOnFile(stores, letters)).map(({ outcome }) => outcome);

it.each([
  ['ready', 'succeeded'],
  ['failed', 'failed'],
] as const)('a job that is %s has %s, once', async (state, outcome) => {
  const letters = await seed('video');
  await seedJobs(letters, { state });
  expect(await note()).toBe(1);
  expect(await outcomesOf(letters)).toEqual([outcome]);
  const [letter] = letters;
  const entries = await stores.audit.find().toArray();
  expect(entries).toEqual([
    {
      _id: `order.${letter?._id}.outcome`,
      kind: 'outcome',
      at: expect.any(Date) as Date,
      of: `order.${letter?._id}`,
      order: 'order',
      letter: letter?._id,
      jobId: letter?.jobId,
      outcome,
    },
  ]);
  expect(await note()).toBe(0);
  expect(await stores.audit.find().toArray()).toEqual(entries);
  expect(await lettersOnFile(stores, letters)).toEqual([{ ...letter, outcome }]);
});

it.each(['queued', 'waiting', 'converting', 'dead'] as const)(
  'a job that is %s is waited for: a dead one’s message is on its way back',
  async (state) => {
    const letters = await seed('video');
    await seedJobs(letters, { state });
    expect(await note()).toBe(0);
    expect(await outcomesOf(letters)).toEqual(['waiting']);
    expect(await stores.audit.countDocuments()).toBe(0);
  },
);

it('a job that was removed is gone', async () => {
  const letters = await seed('video');
  expect(await note()).toBe(1);
  expect(await outcomesOf(letters)).toEqual(['gone']);
  expect(await stores.audit.distinct('outcome')).toEqual(['gone']);
});

describe.each(['mp3', 'failed'] as const)('a letter of the queue %s', (queue) => {
  it.each([
    ['sent', 'succeeded'],
    ['none', 'waiting'],
    ['pending', 'waiting'],
    ['dead', 'waiting'],
  ] as const)('whose job’s mail is %s: %s', async (mail, outcome) => {
    const letters = await seed(queue);
    await seedJobs(letters, { state: queue === 'mp3' ? 'ready' : 'failed', mail });
    await note();
    expect(await outcomesOf(letters)).toEqual([outcome]);
  });

  it.each([
    ['sent', 'succeeded'],
    ['pending', 'waiting'],
    ['dead', 'waiting'],
  ] as const)('without a job, whose mail is %s in the ledger: %s', async (state, outcome) => {
    const letters = await seed(queue, 2);
    const [letter, other] = letters;
    const prefix = queue === 'mp3' ? 'ready' : 'failed';
    for (const { _id, jobId } of letters) {
      await stores.letters.updateOne({ _id }, { $set: { mailId: `<${prefix}.${jobId}@` } });
    }
    await stores.mails.insertMany([
      mail(`<${prefix}.${letter?.jobId}@example.com>`, state),
      // Of another that begins alike, and of the other kind.
      mail(`<${prefix}.${other?.jobId}0@example.com>`, 'sent'),
      mail(`<${queue === 'mp3' ? 'failed' : 'ready'}.${other?.jobId}@example.com>`, 'sent'),
    ]);
    await note();
    expect(await outcomesOf(letters)).toEqual([outcome, 'waiting']);
  });
});

it('news whose job was removed are gone', async () => {
  const letters = await seed('mp3');
  await note();
  expect(await outcomesOf(letters)).toEqual(['gone']);
});

function mail(_id: string, state: 'pending' | 'sent' | 'dead') {
  return { _id, to: 'a@example.com', state, claim: null, attempts: 1, sentAt: null };
}

it('leaves others alone: not put back yet, open again, or known', async () => {
  const letters = await seedLetters(stores, 5, (index) => ({
    ...putBack,
    workQueue: 'video',
    ...[
      { state: 'replaying' } as const,
      { state: 'open', outcome: 'died-again' } as const,
      { outcome: 'failed' } as const,
      { outcome: 'gone' } as const,
      { state: 'discarded', outcome: null } as const,
    ][index],
  }));
  await seedJobs(letters, { state: 'ready' });
  const before = await lettersOnFile(stores, letters);
  expect(await note()).toBe(0);
  expect(await lettersOnFile(stores, letters)).toEqual(before);
  expect(await stores.audit.countDocuments()).toBe(0);
});

it('an outcome that is in the audit already stays as it is', async () => {
  const letters = await seed('video');
  await seedJobs(letters, { state: 'ready' });
  await note();
  const entries = await stores.audit.find().toArray();
  // Killed between the entry and the mark.
  await stores.letters.updateMany({}, { $set: { outcome: 'waiting' } });
  expect(await note()).toBe(1);
  expect(await outcomesOf(letters)).toEqual(['succeeded']);
  expect(await stores.audit.find().toArray()).toEqual(entries);
});

it('notes more than a page, and ends when the relay is to stop', async () => {
  const letters = await seed('video', 1_201);
  await seedJobs(letters.slice(0, 1_200), { state: 'ready' });
  let asked = 0;
  const stopping = note(() => {
    asked += 1;
    if (asked > 1) throw new Error('stopping');
  });
  await expect(stopping).rejects.toThrow('stopping');
  expect(await stores.letters.countDocuments({ outcome: 'waiting' })).toBe(701);
  expect(await note()).toBe(701);
  expect(await stores.letters.countDocuments({ outcome: 'succeeded' })).toBe(1_200);
  expect(await stores.letters.countDocuments({ outcome: 'gone' })).toBe(1);
  expect(await stores.audit.countDocuments()).toBe(1_201);
});
