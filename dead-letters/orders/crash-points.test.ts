import { ObjectId } from 'mongodb';
import type { DeadLetterRecord } from '../dead-letter';
import { fileMessages } from '../filing/file-messages';
import { ourDeath, ourLetter } from '../filing/test-messages';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { showOrder } from './show-order';
import { CrashingProcess, crashKinds, Crashed, type CrashKind } from './test-crash';
import {
  actionsOf,
  bodyOf,
  carryOut,
  lettersOnFile,
  ordersOf,
  place,
  recordingPublisher,
  type RecordingPublisher,
} from './test-orders';

let stores: TestStores;
let publisher: RecordingPublisher;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

async function clear(): Promise<void> {
  publisher = recordingPublisher();
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
}

/** More than any order here writes. */
const never = 100;

interface Cast {
  /** Their jobs are dead. */
  readonly videos: readonly DeadLetterRecord[];
  /** There is no record of its job. */
  readonly bare: readonly DeadLetterRecord[];
  /** Their jobs are ready, their mails are dead. */
  readonly news: readonly DeadLetterRecord[];
  /** About no job on record. */
  readonly jobless: readonly DeadLetterRecord[];
  /** Its job is ready by now. */
  readonly done: readonly DeadLetterRecord[];
  /** Its job is under way. */
  readonly queued: readonly DeadLetterRecord[];
  /** No message of its queue. */
  readonly broken: readonly DeadLetterRecord[];
}

/** Letters of every plan. */
async function seed(): Promise<Cast> {
  const video = { workQueue: 'video' } as const;
  const videos = await seedLetters(stores, 2, video);
  await seedJobsOf(stores, videos);
  const fid = new ObjectId().toHexString();
  const body = bodyOf({ video_fid: fid, mp3_fid: null, username: 'bare@example.com' });
  const bare = await seedLetters(stores, 1, { ...video, messageId: fid, jobId: fid, body });
  const news = await seedLetters(stores, 2, { workQueue: 'mp3' });
  await seedJobsOf(
    stores,
    news.map((letter) => ({ ...letter, ...video })),
    { state: 'ready', mail: 'dead', announcedAt: new Date() },
  );
  const jobless = await seedLetters(stores, 3, { workQueue: 'mp3' });
  const done = await seedLetters(stores, 1, video);
  await seedJobsOf(stores, done, { state: 'ready' });
  const queued = await seedLetters(stores, 1, video);
  await seedJobsOf(stores, queued, { state: 'queued', finishedAt: null });
  const broken = await seedLetters(stores, 1, { ...video, problem: 'not JSON', jobId: null });
  return { videos, bare, news, jobless, done, queued, broken };
}

const all = (cast: Cast): DeadLetterRecord[] =>
  Object.values<readonly DeadLetterRecord[]>({ ...cast }).flat();

/** Carries orders out until there is nothing more to do, or the process is killed. */
async function untilKilled(at: number, kind: CrashKind): Promise<boolean> {
  const relay = new CrashingProcess(stores, publisher, at, kind);
  try {
    await carryOut(ordersOf(relay.stores, relay.publisher));
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
  }
  return relay.crashed;
}

/** Kills a process at every write of an order, one after the other, until it ends untouched. */
async function atEveryWrite(
  kind: CrashKind,
  attempt: (kill: () => Promise<void>) => Promise<void>,
): Promise<number> {
  for (let at = 1; at < never; at += 1) {
    await clear();
    const kills: boolean[] = [];
    await attempt(async () => {
      kills.push(await untilKilled(at, kind));
    });
    if (!kills.includes(true)) return at - 1;
  }
  throw new Error(`an order that writes ${never} times`);
}

const fieldsOf = async (
  letters: readonly DeadLetterRecord[],
): Promise<Pick<DeadLetterRecord, 'state' | 'replays' | 'replay' | 'outcome'>[]> =>
  (await lettersOnFile(stores, letters)).map(({ state, replays, replay, outcome }) => {
    return { state, replays, replay, outcome };
  });

const times = <Item>(count: number, item: Item): Item[] =>
  Array.from({ length: count }, () => item);

/** What a replay comes to, however often it was begun. */
async function expectReplayed(cast: Cast, order: string): Promise<void> {
  const { videos, bare, news, jobless, done, queued, broken } = cast;
  const putBack = [...videos, ...bare, ...news, ...jobless];
  const waiting = { state: 'replayed', replays: 1, replay: 1, outcome: 'waiting' };
  expect(await fieldsOf(putBack)).toEqual(times(putBack.length, waiting));
  expect(await fieldsOf([...done, ...queued])).toEqual([
    { state: 'replayed', replays: 0, replay: 0, outcome: 'succeeded' },
    { state: 'replayed', replays: 0, replay: 1, outcome: 'waiting' },
  ]);
  expect(await fieldsOf(broken)).toEqual([{ state: 'open', replays: 0, replay: 0, outcome: null }]);

  expect(await replaysOfJobs([...videos, ...bare, ...news])).toEqual(times(5, 1));
  expect(await replaysOfJobs([...done, ...queued])).toEqual([0, 1]);
  expect(await stores.jobs.countDocuments()).toBe(7);

  const said = publisher.published.map(
    ({ messageId, headers }) => `${messageId} ${headers?.['replay']}`,
  );
  expect([...new Set(said)].sort()).toEqual(
    jobless.map(({ messageId }) => `${messageId} 1`).sort(),
  );
  await expectAudited(cast, order, 'closed or put back');
}

async function replaysOfJobs(
  letters: readonly DeadLetterRecord[],
): Promise<(number | undefined)[]> {
  const jobs = letters.map(({ jobId }) => stores.jobs.findOne({ _id: jobId ?? '' }));
  return (await Promise.all(jobs)).map((job) => job?.replays);
}

/** One entry for each letter, and the order is over. */
async function expectAudited(cast: Cast, order: string, broken: 'closed' | 'closed or put back') {
  const letters = all(cast);
  const actions = await actionsOf(stores, order);
  expect(actions.map(({ letter }) => letter)).toEqual(letters.map(({ _id }) => _id).sort());
  const refused = actions.filter(({ result }) => result === 'refused');
  expect(refused.map(({ letter }) => letter)).toEqual(
    broken === 'closed' ? [] : cast.broken.map(({ _id }) => _id),
  );
  expect(await stores.audit.countDocuments()).toBe(letters.length);
  expect(await stores.letters.countDocuments({ state: 'replaying' })).toBe(0);
  expect(await showOrder(stores, order)).toMatchObject({ state: 'finished' });
}

const replayAll = () =>
  place(stores, { action: 'replay', select: { filter: {} }, skip_refused: true });

describe.each(crashKinds)('killed %s each write', (kind) => {
  it('a replay comes to the same', async () => {
    const points = await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const order = await replayAll();
      await kill();
      await carryOut(ordersOf(stores, publisher));
      await expectReplayed(cast, order);
    });
    expect(points).toBeGreaterThanOrEqual(10);
  });

  it('a replay that was stopped meanwhile leaves nothing half done', async () => {
    await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const order = await replayAll();
      await kill();
      await stores.orders.updateOne({ _id: order }, { $set: { state: 'stopped' } });
      await carryOut(ordersOf(stores, publisher));
      expect(await stores.letters.countDocuments({ state: 'replaying' })).toBe(0);
      for (const letter of all(cast)) {
        const [onFile] = await lettersOnFile(stores, [letter]);
        const job = await stores.jobs.findOne({ _id: letter.jobId ?? '' });
        const entries = (await actionsOf(stores, order)).filter(
          (entry) => entry.letter === letter._id,
        );
        const isReplayed = onFile?.state === 'replayed';
        if (!cast.broken.includes(letter)) expect(entries).toHaveLength(isReplayed ? 1 : 0);
        if (job !== null) expect(job.replays).toBe(onFile?.replay);
      }
    });
  });

  it('a replay comes to the same when its jobs die again before another relay is there', async () => {
    let died = 0;
    await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const order = await replayAll();
      await kill();
      const back = [];
      for (const { _id, jobId } of cast.videos) {
        const { matchedCount } = await stores.jobs.updateOne(
          { _id: jobId ?? '', state: 'queued' },
          { $set: { state: 'dead' } },
        );
        if (matchedCount === 0) continue;
        await fileMessages(stores, [
          ourLetter(jobId ?? '', { replay: 1, ...ourDeath(new Date()) }),
        ]);
        back.push(_id);
      }
      died += back.length;
      await carryOut(ordersOf(stores, publisher));
      expect(await replaysOfJobs(cast.videos)).toEqual([1, 1]);
      for (const letter of cast.videos) {
        const [onFile] = await lettersOnFile(stores, [letter]);
        expect(onFile).toMatchObject(
          back.includes(letter._id)
            ? { state: 'open', outcome: 'died-again', replays: 1, last: { replay: 1 } }
            : { state: 'replayed', outcome: 'waiting', replays: 1 },
        );
        const of = `${order}.${letter._id}`;
        expect(await stores.audit.countDocuments({ kind: 'action', letter: letter._id })).toBe(1);
        expect(await stores.audit.countDocuments({ kind: 'outcome', of })).toBe(
          back.includes(letter._id) ? 1 : 0,
        );
      }
    });
    expect(died).toBeGreaterThan(0);
  });

  it('giving up no more than so many comes to the same', async () => {
    await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const select = { filter: { queue: 'video' as const } };
      const order = await place(stores, { action: 'discard', select, limit: 2 });
      await kill();
      await carryOut(ordersOf(stores, publisher));
      expect(await stores.letters.countDocuments({ state: 'discarded' })).toBe(2);
      expect(await stores.letters.countDocuments({ unfinished: true })).toBe(0);
      expect(await fieldsOf(cast.videos)).toMatchObject(times(2, { state: 'discarded' }));
      expect(await stores.jobs.countDocuments({ state: 'failed' })).toBe(2);
      expect(await actionsOf(stores, order)).toHaveLength(2);
    });
  });

  it('giving up that was stopped meanwhile leaves nothing half done', async () => {
    await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const order = await place(stores, { action: 'discard', select: { filter: {} } });
      await kill();
      await stores.orders.updateOne({ _id: order }, { $set: { state: 'stopped' } });
      await carryOut(ordersOf(stores, publisher));
      const discarded = await stores.letters.distinct('_id', { state: 'discarded' });
      const entries = await actionsOf(stores, order);
      expect(entries.map(({ letter }) => letter)).toEqual(discarded.sort());
      for (const { _id, jobId } of cast.videos) {
        const job = await stores.jobs.findOne({ _id: jobId ?? '' });
        expect(job?.state).toBe(discarded.includes(_id) ? 'failed' : 'dead');
      }
    });
  });

  it('giving up comes to the same', async () => {
    const points = await atEveryWrite(kind, async (kill) => {
      const cast = await seed();
      const order = await place(stores, { action: 'discard', select: { filter: {} } });
      await kill();
      await carryOut(ordersOf(stores, publisher));
      const letters = all(cast);
      const discarded = { state: 'discarded', replays: 0, replay: 0, outcome: null };
      expect(await fieldsOf(letters)).toEqual(times(letters.length, discarded));
      const ended = { state: 'failed', refusal: { reason: 'given-up', detail: 'disk is free' } };
      expect(await stores.jobs.find({ state: 'failed' }).toArray()).toMatchObject([ended, ended]);
      expect(await stores.jobs.countDocuments({ mail: 'dead', state: 'ready' })).toBe(2);
      const told = (await actionsOf(stores, order)).filter(({ note }) => note.includes('listener'));
      expect(told.map(({ letter }) => letter)).toEqual(cast.videos.map(({ _id }) => _id).sort());
      await expectAudited(cast, order, 'closed');
    });
    expect(points).toBe(5);
  });
});
