import { MongoClient, ObjectId, type Collection } from 'mongodb';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { newJob, type JobRecord } from '../../contracts/job';
import { ensureJobIndexes, jobCollection } from '../../contracts/job-collection';
import { held, Outbox } from '../../contracts/outbox';
import { buildTopology } from '../../contracts/topology';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { createdBefore } from './created-before';
import { holdLost } from './lost-messages';
import { releaseHeld } from './release-held';
import { Shortfall } from './shortfall';
import { announceLost, announceReplayed, announceUnheard } from './unheard-news';

const ann = { id: '7', address: 'ann@example.com' };
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
const many = 10_000;
/** Documents or index keys that a query may look at; far from `many`. */
const few = 60;

let client: MongoClient;
let jobs: Collection<JobRecord>;
let outbox: Outbox;
const published: string[] = [];
const publisher: Publisher = {
  publish({ messageId }) {
    published.push(messageId);
    return Promise.resolve();
  },
};
/** Queries that were sent to MongoDB. */
const sent: Readonly<Record<string, unknown>>[] = [];

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl(), { monitorCommands: true });
  const database = client.db(uniqueName('jobs'));
  await ensureJobIndexes(database);
  jobs = jobCollection(database);
  outbox = new Outbox(jobs, publisher, topology, 2);
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'find' || commandName === 'aggregate') sent.push(command);
  });
}, 60_000);

beforeEach(() => {
  sent.length = 0;
  published.length = 0;
});

afterAll(async () => {
  await client.db(jobs.dbName).dropDatabase();
  await client.close();
});

const ago = (ms: number): Date => new Date(Date.now() - ms);

function jobOf(change: Partial<JobRecord>): JobRecord {
  const source = { fid: new ObjectId(), name: 'a.mp4', bytes: 1 };
  return { ...newJob(source.fid.toHexString(), ann, source, ago(3_600_000)), ...change };
}

/** Each job was put back a millisecond after the one before. */
const putBack = (count: number, change: Partial<JobRecord> = {}): JobRecord[] =>
  Array.from({ length: count }, (_, n) =>
    jobOf({ replays: 1, replayedAt: ago(60_000 - n), ...change }),
  );

/** What the most costly of the queries since the test began looks at. */
async function mostLookedAt(): Promise<number> {
  const looks: number[] = [];
  for (const { find, aggregate, filter, sort, limit, projection, hint, pipeline } of [...sent]) {
    const query = Object.entries({ filter, sort, limit, projection, hint, pipeline }).filter(
      ([, value]) => value !== undefined,
    );
    const explain = {
      ...(find === undefined ? { aggregate, cursor: {} } : { find }),
      ...Object.fromEntries(query),
    };
    const explained: unknown = await client
      .db(jobs.dbName)
      .command({ explain, verbosity: 'executionStats' });
    looks.push(...valuesOf(explained, /^total(Docs|Keys)Examined$/));
  }
  expect(looks.length).toBeGreaterThanOrEqual(2);
  return Math.max(...looks);
}

function valuesOf(node: unknown, name: RegExp): number[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    name.test(key) ? [Number(value)] : valuesOf(value, name),
  );
}

const news = () => ({
  jobs,
  publisher,
  topology,
  lostAfterMs: 1_000,
  proceed: () => undefined,
});

const release = {
  maxQueuedPerOwner: 2,
  graceMs: 1_000,
  proceed: () => undefined,
  onHeld: () => undefined,
  onReleased: () => undefined,
};

describe('with ten thousand held replays of one owner', () => {
  let fresh: JobRecord[];

  beforeAll(async () => {
    await jobs.insertMany(putBack(many));
  }, 60_000);

  beforeEach(async () => {
    fresh = [jobOf({}), jobOf({}), jobOf({})];
    await jobs.insertMany(fresh);
  });

  afterEach(async () => {
    await jobs.deleteMany({ replayedAt: null });
  });

  afterAll(async () => {
    await jobs.deleteMany({});
  });

  it('an upload looks at none of them', async () => {
    const upload = jobOf({ createdAt: new Date() });
    await jobs.insertOne(upload);
    expect(await jobs.countDocuments(held, { limit: 100_000 })).toBe(4);
    expect(await outbox.publishIfDue(upload)).toBe(false);
    expect(await mostLookedAt()).toBeLessThan(few);
  });

  it('the relay’s look at the held jobs, and at lost ones, looks at none of them', async () => {
    await releaseHeld(jobs, outbox, release);
    expect(published.sort()).toEqual(
      fresh
        .slice(0, 2)
        .map(({ _id }) => _id)
        .sort(),
    );
    await createdBefore(jobs, ann, 2, 1_000);
    const shortfall = new Shortfall({ readyMessages: () => Promise.resolve(0) }, []);
    await holdLost(jobs, shortfall, 1);
    expect(await mostLookedAt()).toBeLessThan(few);
  });

  it('the relay looks at those whose turn it is', async () => {
    const first = jobs.find({ replayedAt: { $type: 'date' } }).sort({ replayedAt: 1 });
    const turn = (await first.limit(8).toArray()).map(({ _id }) => _id);
    sent.length = 0;
    expect(await outbox.releaseReplays(8)).toBe(8);
    expect(published.sort()).toEqual(turn.sort());
    expect(await outbox.releaseReplays(8)).toBe(0);
    expect(await mostLookedAt()).toBeLessThan(few);
  });
});

describe('with ten thousand jobs on the broker, and as many held replays', () => {
  it('neither an upload nor the relay looks at them', async () => {
    const owner = { id: null, address: 'bare@example.com' };
    const queued = Array.from({ length: many }, () => jobOf({ owner, publishedAt: ago(1) }));
    await jobs.insertMany([...queued, ...putBack(many), ...putBack(8, { publishedAt: ago(1) })]);
    const fresh = jobOf({});
    await jobs.insertOne(fresh);
    expect(await jobs.countDocuments(held, { limit: 100_000 })).toBe(1);
    await releaseHeld(jobs, outbox, release);
    expect(published).toEqual([fresh._id]);
    expect(await outbox.releaseReplays(8)).toBe(0);
    expect(await mostLookedAt()).toBeLessThan(few);
    await jobs.deleteMany({});
  }, 30_000);
});

describe('with ten thousand replays that failed and wait for another attempt', () => {
  it('the others go on, and the relay looks at none of those', async () => {
    const waits = { publishedAt: ago(1), attempts: 1 } as const;
    await jobs.insertMany([
      ...putBack(many, { ...waits, state: 'waiting' }),
      ...putBack(3, { ...waits, state: 'converting' }),
      ...putBack(2, { publishedAt: ago(1) }),
      ...putBack(10),
    ]);
    expect(await outbox.releaseReplays(8)).toBe(3);
    expect(await outbox.releaseReplays(8)).toBe(0);
    expect(await mostLookedAt()).toBeLessThan(few);
    await jobs.deleteMany({});
  }, 30_000);
});

describe('a job whose news go out', () => {
  const refusal = { reason: 'no-audio', detail: '' } as const;
  const ended = { state: 'failed', finishedAt: ago(3_600_000), refusal } as const;

  it.each([undefined, 0, 1])(
    'after %p replays and is put back meanwhile has news again',
    async (replays) => {
      const { replays: _, ...job } = jobOf(ended);
      await jobs.insertOne({ ...job, ...(replays === undefined ? {} : { replays }) });
      const overtaken = {
        publish: async () => {
          const again = {
            replays: (replays ?? 0) + 1,
            replayedAt: new Date(),
            mail: 'none',
          } as const;
          await jobs.updateOne({ _id: job._id }, { $set: again });
        },
      };
      await announceUnheard({ ...news(), publisher: overtaken });
      expect(await jobs.findOne({ _id: job._id })).toMatchObject({
        announcedAt: null,
        mail: 'none',
      });
      expect(await announceReplayed(news(), 8)).toEqual({ jobs: 1, givenUp: 0 });
      expect(await jobs.findOne({ _id: job._id })).toMatchObject({ mail: 'pending' });
      await jobs.deleteMany({});
    },
  );

  it('because an operator gave it up is counted apart', async () => {
    const givenUp = { ...ended, refusal: { reason: 'given-up', detail: 'no use' } } as const;
    await jobs.insertMany([jobOf(ended), jobOf(givenUp), jobOf(givenUp)]);
    expect(await announceUnheard(news())).toEqual({ jobs: 1, givenUp: 2 });
    await jobs.deleteMany({});
  });
});

describe('with ten thousand ended replays whose news are to go out', () => {
  beforeAll(async () => {
    const ended = {
      state: 'failed',
      finishedAt: ago(3_600_000),
      publishedAt: ago(3_600_000),
    } as const;
    const refusal = { reason: 'given-up', detail: '' } as const;
    await jobs.insertMany(putBack(many, { ...ended, refusal }));
    await jobs.insertMany(Array.from({ length: many }, () => jobOf({ ...ended, state: 'dead' })));
  }, 60_000);

  afterAll(async () => {
    await jobs.deleteMany({});
  });

  it('the relay looks at those whose turn it is, and fresh news do not wait', async () => {
    const fresh = jobOf({
      state: 'failed',
      refusal: { reason: 'no-audio', detail: '' },
      finishedAt: ago(5_000),
    });
    await jobs.insertOne(fresh);
    expect(await announceUnheard(news())).toEqual({ jobs: 1, givenUp: 0 });
    expect(published).toEqual([`failed.${fresh._id}`]);
    expect(await announceReplayed(news(), 8)).toEqual({ jobs: 0, givenUp: 8 });
    expect(await announceReplayed(news(), 8)).toEqual({ jobs: 0, givenUp: 0 });
    const shortfall = new Shortfall({ readyMessages: () => Promise.resolve(9) }, []);
    expect(await announceLost({ ...news(), lostAfterMs: 0 }, shortfall)).toEqual({
      jobs: 0,
      givenUp: 0,
    });
    expect(await mostLookedAt()).toBeLessThan(few);
  });
});
