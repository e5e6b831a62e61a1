import { ObjectId } from 'mongodb';
import { newJob, type JobRecord } from '../../contracts/job';
import { buildTopology, workQueues } from '../../contracts/topology';
import { openTestStores, seedLetters, type TestStores } from '../../dead-letters/test-letters';
import { fileLostLetters, givenUp } from './lost-letters';

const dead = 10_000;
const longAgo = new Date(Date.now() - 60_000);
let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
  const jobs = (count: number, change: Partial<JobRecord>) =>
    Array.from({ length: count }, () => {
      const fid = new ObjectId();
      const owner = { id: '1', address: 'ann@example.com' };
      const source = { fid, name: 'a.mp4', bytes: 1 };
      return { ...newJob(fid.toHexString(), owner, source, longAgo), ...change };
    });
  const ended = { publishedAt: longAgo, finishedAt: new Date(longAgo.getTime() - 60_000) };
  const ready = { ...ended, state: 'ready', announcedAt: longAgo, mail: 'sent' } as const;
  await stores.jobs.insertMany(jobs(5_000, ready), { ordered: false });
  const died = jobs(dead, { ...ended, state: 'dead' });
  await stores.jobs.insertMany(died, { ordered: false });
  await seedLetters(stores, dead - 1, (index) => {
    return { workQueue: 'video', jobId: died[index]?._id ?? null };
  });
}, 120_000);

afterAll(() => stores.drop());

it.each(workQueues)('what was given up on %s is found by an index', async (workQueue) => {
  const { executionStats } = (await stores.jobs
    .find(givenUp(workQueue, longAgo))
    .explain('executionStats')) as { executionStats: Record<string, number> };
  const found = workQueue === 'video' ? dead : 0;
  expect(executionStats).toMatchObject({ nReturned: found, totalDocsExamined: found });
});

it('finds the one of ten thousand dead jobs that has no letter, once', async () => {
  const told: unknown[] = [];
  const look = () =>
    fileLostLetters({
      stores,
      broker: { readyMessages: () => Promise.resolve(0) },
      topology: buildTopology({ video: 'video', mp3: 'mp3' }, [10_000]),
      lostAfterMs: 1_000,
      proceed: () => undefined,
      onFound: (...found) => told.push(found),
    });
  await look();
  await look();
  expect(told).toEqual([['video', 1]]);
  expect(await stores.letters.countDocuments()).toBe(dead);
}, 60_000);

it('waits for what is still in the dead-letter queue', async () => {
  const { deletedCount } = await stores.letters.deleteOne({});
  expect(deletedCount).toBe(1);
  const told: unknown[] = [];
  await fileLostLetters({
    stores,
    broker: { readyMessages: () => Promise.resolve(1) },
    topology: buildTopology({ video: 'video', mp3: 'mp3' }, [10_000]),
    lostAfterMs: 1_000,
    proceed: () => undefined,
    onFound: (...found) => told.push(found),
  });
  expect(told).toEqual([]);
});
