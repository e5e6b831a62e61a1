import { MongoClient, ObjectId, type Collection } from 'mongodb';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { newJob, type JobRecord } from '../../contracts/job';
import { ensureJobIndexes, jobCollection } from '../../contracts/job-collection';
import { held, Outbox } from '../../contracts/outbox';
import { buildTopology } from '../../contracts/topology';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { createdBefore } from './created-before';
import { countHeldReplays } from './held-replays';
import { holdLost } from './lost-messages';
import { waitingSince } from './oldest-waiting';
import { releaseHeld } from './release-held';
import { Shortfall } from './shortfall';
import { announceLost, announceReplayed, announceUnheard } from './unheard-news';

const ann = { id: '7', address: 'ann@example.com' };
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
const many = 3_000;
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

/** What the most costly of the queries since the test began looks at; none sorts by itself. */
async function mostLookedAt(): Promise<number> {
  const looks: number[] = [];
  const stages: string[] = [];
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
    looks.push(...valuesOf(explained, /^total(Docs|Keys)Examined$/).map(Number));
    stages.push(...valuesOf(explained, /^stage$/).map(String));
  }
  expect(looks.length).toBeGreaterThanOrEqual(2);
  expect(stages).toContain('IXSCAN');
  expect(stages).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(COLLSCAN|SORT)$/)]));
  return Math.max(...looks);
}

function valuesOf(node: unknown, name: RegExp): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    // Plans that were thought of and not taken.
    if (key === 'rejectedPlans') return [];
    return name.test(key) ? [value] : valuesOf(value, name);
  });
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

describe('with three thousand held replays of one owner', () => {
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

  it('the relay counts them by the keys of an index, up to a limit', async () => {
    expect(await countHeldReplays(jobs)).toBe(many);
    expect(await countHeldReplays(jobs, 10)).toBe(10);
    const [all = {}, some = {}] = await Promise.all(
      sent.map(({ pipeline }) => explained(pipeline)),
    );
    expect(valuesOf(all, /^totalDocsExamined$/)).toEqual([0]);
    expect(valuesOf(some, /^totalKeysExamined$/).every((keys) => Number(keys) < few)).toBe(true);
  });

  const explained = (pipeline: unknown) =>
    client.db(jobs.dbName).command({
      explain: { aggregate: 'jobs', cursor: {}, pipeline, hint: 'open-replays' },
      verbosity: 'executionStats',
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

describe('with three thousand jobs on the broker, and as many held replays', () => {
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
    sent.length = 0;
    const hours = (count: number): Date => ago(count * 3_600_000);
    const claim = { token: 'x', worker: 'w', expiresAt: hours(-1) };
    const oldest = async () => (await waitingSince(jobs)).video;
    await jobs.insertMany([
      jobOf({ createdAt: hours(9), state: 'ready', finishedAt: hours(1) }),
      jobOf({ createdAt: hours(8), state: 'converting', claim }),
      jobOf({ createdAt: hours(99), replayedAt: hours(7), state: 'converting', claim }),
    ]);
    expect(await oldest()).toEqual(queued[0]?.createdAt);
    const again = { createdAt: hours(99), replayedAt: hours(5), state: 'waiting' } as const;
    await jobs.insertOne(jobOf(again));
    expect(await oldest()).toEqual(again.replayedAt);
    // Its worker crashed.
    const expired = { ...claim, expiresAt: hours(1) };
    const crashed = jobOf({ createdAt: hours(6), state: 'converting', claim: expired });
    await jobs.insertOne(crashed);
    expect(await oldest()).toEqual(crashed.createdAt);
    expect(sent).toHaveLength(12);
    expect(await mostLookedAt()).toBeLessThan(few);
    await jobs.deleteMany({});
  }, 30_000);
});

describe('with three thousand replays that failed and wait for another attempt', () => {
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

describe('with three thousand ended replays whose news are to go out', () => {
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

  it('the relay knows since when the oldest news wait for their mail', async () => {
    const ended = { state: 'failed', finishedAt: ago(9_000_000) } as const;
    const told = { ...ended, mail: 'pending', announcedAt: ago(100) } as const;
    await jobs.insertMany(Array.from({ length: many }, () => jobOf(told)));
    const ready = [300, 100, 200].map((ms) =>
      jobOf({ ...told, state: 'ready', announcedAt: ago(ms) }),
    );
    const failed = jobOf({ ...told, announcedAt: ago(70_000) });
    const sentMail = jobOf({ ...told, state: 'ready', mail: 'sent', announcedAt: ago(90_000) });
    await jobs.insertMany([...ready, failed, sentMail]);
    sent.length = 0;
    expect(await waitingSince(jobs)).toEqual({
      video: null,
      mp3: ready[0]?.announcedAt,
      failed: failed.announcedAt,
    });
    expect(await mostLookedAt()).toBeLessThan(few);
  }, 30_000);
});
