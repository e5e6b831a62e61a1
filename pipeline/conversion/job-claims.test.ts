import { MongoClient, MongoNetworkError, ObjectId, type Collection } from 'mongodb';
import { jobCollection } from '../../contracts/job-collection';
import type { JobRecord } from '../../contracts/job';
import { Breaker } from '../../observability/breaker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { ClaimLost } from '../deliveries/failure';
import { isMongoOutage } from '../../observability/mongo-outage';
import { ClaimUnanswered, JobClaims, type ClaimedJob } from './job-claims';
import type { JobEnd } from './job-end';

const database = uniqueName('jobs');
const breaker = new Breaker('jobs', isMongoOutage);
let client: MongoClient;
let jobs: Collection<JobRecord>;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  jobs = jobCollection(client.db(database));
}, 60_000);

afterAll(async () => {
  breaker.stop();
  await client.db(database).dropDatabase();
  await client.close();
});

/** The jobs that came to their end, as it was told. */
const ends: JobEnd[] = [];
beforeEach(() => {
  ends.length = 0;
});

const claimsOf = (worker: string, claimMs = 60_000) =>
  new JobClaims(jobs, breaker, worker, claimMs, (end) => {
    ends.push(end);
  });

async function newJobId(): Promise<string> {
  const video_fid = new ObjectId().toHexString();
  return claimsOf('setup').ensure({
    video_fid,
    mp3_fid: null,
    username: 'a@example.com',
    job_id: undefined,
  });
}

async function claimed(claims: JobClaims, id: string, maxAttempts = 4): Promise<ClaimedJob> {
  const result = await claims.claim(id, maxAttempts);
  if (result.kind !== 'claimed') throw new Error(`expected a claim, got ${result.kind}`);
  return result.job;
}

const holderOf = (job: ClaimedJob) => ({ id: job._id, claimToken: job.claim.token });
const failure = (attempt: number) => ({
  attempt,
  at: new Date(),
  worker: 'w',
  step: null,
  errorClass: 'TransientError',
  error: 'later',
});
const mp3 = () => ({ fid: new ObjectId(), bytes: 1, durationMs: 1 });

/** Lets a claim run out without waiting for it. */
const expire = (id: string) =>
  jobs.updateOne({ _id: id }, { $set: { 'claim.expiresAt': new Date(0) } });

it('gives a bare message one job, however often it comes', async () => {
  const video_fid = new ObjectId().toHexString();
  const message = { video_fid, mp3_fid: null, username: 'Bare@Example.com', job_id: undefined };
  const ids = await Promise.all(Array.from({ length: 8 }, () => claimsOf('w').ensure(message)));
  expect(new Set(ids)).toEqual(new Set([video_fid]));
  expect(await jobs.findOne({ _id: video_fid })).toMatchObject({
    owner: { id: null, address: 'bare@example.com' },
    state: 'queued',
    attempts: 0,
  });
});

it('makes a job with the options of its message, and leaves those of a job that is there', async () => {
  const video_fid = new ObjectId().toHexString();
  const bare = { video_fid, mp3_fid: null, username: 'a@example.com', job_id: undefined };
  const options = { quality: { kind: 'cbr', kbps: 96 } } as const;
  await claimsOf('w').ensure({ ...bare, options });
  await claimsOf('w').ensure({ ...bare, options: { quality: { kind: 'vbr', level: 9 } } });
  expect(await jobs.findOne({ _id: video_fid })).toMatchObject({ options });
  const usual = await newJobId();
  expect(await jobs.findOne({ _id: usual })).toMatchObject({
    options: { quality: { kind: 'vbr', level: 2 } },
  });
});

it('gives one of eight workers the claim and counts one attempt', async () => {
  const id = await newJobId();
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, worker) => claimsOf(`w${worker}`).claim(id, 4)),
  );
  const kinds = results.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'claimed-elsewhere')).toHaveLength(7);
  expect(await jobs.findOne({ _id: id })).toMatchObject({ attempts: 1, state: 'converting' });
});

it('lets another worker take an expired claim, and the first change nothing any more', async () => {
  const id = await newJobId();
  const first = claimsOf('first');
  const old = holderOf(await claimed(first, id));
  await expire(id);
  const second = await claimed(claimsOf('second'), id);
  expect(second.attempts).toBe(2);
  await expect(first.renew(old, 'transcode', 5)).rejects.toThrow(ClaimLost);
  await expect(first.commit(old, mp3())).rejects.toThrow(ClaimLost);
  await expect(first.refuse(old, 'damaged', '')).rejects.toThrow(ClaimLost);
  await expect(first.wait(old, failure(1))).rejects.toThrow(ClaimLost);
  await expect(first.release(old)).rejects.toThrow(ClaimLost);
  await expect(first.giveUp(old, 'unknown-error', failure(1))).rejects.toThrow(ClaimLost);
  expect(await jobs.findOne({ _id: id })).toMatchObject({
    mp3: null,
    refusal: null,
    claim: second.claim,
  });
  expect(ends).toEqual([]);
});

it('keeps a claim alive by renewing it', async () => {
  const id = await newJobId();
  const claims = claimsOf('w', 60_000);
  const job = await claimed(claims, id);
  await expire(id);
  await claims.renew(holderOf(job), 'transcode', 42);
  expect((await claimsOf('other').claim(id, 4)).kind).toBe('claimed-elsewhere');
  expect(await jobs.findOne({ _id: id })).toMatchObject({ step: 'transcode', percent: 42 });
});

it('commits one MP3 only', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const holder = holderOf(await claimed(claims, id));
  const first = mp3();
  await claims.commit(holder, first);
  await expect(claims.commit(holder, mp3())).rejects.toThrow(ClaimLost);
  expect(ends).toEqual([]);
  await claims.finish(id);
  const record = await jobs.findOne({ _id: id });
  expect(record).toMatchObject({ state: 'ready', mp3: first, claim: null, percent: 100 });
  expect((await claims.claim(id, 4)).kind).toBe('final');
  // A second delivery of the same, whose worker died before it could ack the first.
  await claims.finish(id);
  expect(ends).toMatchObject([{ state: 'ready' }]);
});

it.each([
  ['its upload', null, 100],
  ['when it was put back last', new Date(Date.now() - 50_000), 50],
  // Of another clock.
  ['a time to come', new Date(Date.now() + 3_600_000), 0],
])('tells how long a job took since %s', async (_, replayedAt, seconds) => {
  const claims = claimsOf('w');
  const ending = [
    async (job: ClaimedJob) => claims.refuse(holderOf(job), 'no-audio', ''),
    async (job: ClaimedJob) => claims.giveUp(holderOf(job), 'unknown-error', failure(1)),
    async (job: ClaimedJob) => {
      await claims.commit(holderOf(job), mp3());
      await claims.finish(job._id);
    },
    async (job: ClaimedJob) => {
      await expire(job._id);
      await claims.giveUpExhausted(job._id, failure(1));
    },
  ];
  for (const end of ending) {
    const id = await newJobId();
    const createdAt = new Date(Date.now() - 100_000);
    await jobs.updateOne({ _id: id }, { $set: { createdAt, replayedAt } });
    await end(await claimed(claims, id));
  }
  expect(ends).toMatchObject([
    { state: 'failed', reason: 'no-audio' },
    { state: 'dead' },
    { state: 'ready' },
    { state: 'dead' },
  ]);
  for (const end of ends) {
    expect(end.seconds).toBeGreaterThanOrEqual(seconds);
    expect(end.seconds).toBeLessThan(seconds + 40);
  }
});

it('does not call a job ready that has no MP3', async () => {
  const id = await newJobId();
  await claimsOf('w').finish(id);
  expect(await jobs.findOne({ _id: id })).toMatchObject({ state: 'queued', announcedAt: null });
  expect(ends).toEqual([]);
});

it('refunds a deferred attempt and keeps a failed one', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  await claims.release(holderOf(await claimed(claims, id)));
  expect(await jobs.findOne({ _id: id })).toMatchObject({
    attempts: 0,
    state: 'waiting',
    claim: null,
  });
  await claims.wait(holderOf(await claimed(claims, id)), failure(1));
  expect(await jobs.findOne({ _id: id })).toMatchObject({
    attempts: 1,
    state: 'waiting',
    failures: [{ attempt: 1 }],
  });
});

it('begins no attempt beyond the limit, even when every worker died in its attempt', async () => {
  const id = await newJobId();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect((await claimed(claimsOf('dies'), id, 3)).attempts).toBe(attempt);
    await expire(id);
  }
  const result = await claimsOf('w').claim(id, 3);
  expect(result.kind).toBe('exhausted');
  expect(await claimsOf('w').giveUpExhausted(id, failure(3))).toBe(true);
  expect(await claimsOf('other').giveUpExhausted(id, failure(3))).toBe(false);
  expect(ends).toMatchObject([{ state: 'dead' }]);
  expect(await jobs.findOne({ _id: id })).toMatchObject({
    state: 'dead',
    attempts: 3,
    deadReason: 'attempts-exhausted',
    finishedAt: expect.any(Date) as Date,
  });
});

it('brings the news of a stored MP3 after the last attempt, and counts no attempt for it', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const last = await claimed(claims, id, 1);
  await claims.commit(holderOf(last), mp3());
  await claims.release(holderOf(last));
  const again = await claims.claim(id, 1);
  expect(again).toMatchObject({ kind: 'claimed', job: { attempts: 1 }, counted: false });
  expect((await claims.claim(id, 1)).kind).toBe('claimed-elsewhere');
  await expire(id);
  expect(await claims.giveUpExhausted(id, failure(1))).toBe(false);
  expect((await claimed(claims, id, 1)).attempts).toBe(1);
});

it('does not give up a job that somebody still works on', async () => {
  const id = await newJobId();
  const job = await claimed(claimsOf('alive'), id, 1);
  expect((await claimsOf('w').claim(id, 1)).kind).toBe('exhausted');
  expect(await claimsOf('w').giveUpExhausted(id, failure(1))).toBe(false);
  expect(await jobs.findOne({ _id: id })).toMatchObject({ state: 'converting', claim: job.claim });
});

it('does not give up a job whose last attempt was refunded meanwhile', async () => {
  const id = await newJobId();
  const paused = claimsOf('paused');
  const last = await claimed(paused, id, 1);
  await expire(id);
  expect((await claimsOf('w').claim(id, 1)).kind).toBe('exhausted');
  await paused.release(holderOf(last));
  expect(await claimsOf('w').giveUpExhausted(id, failure(1))).toBe(false);
  expect(await jobs.findOne({ _id: id })).toMatchObject({ state: 'waiting', attempts: 0 });
});

it('goes on with an attempt that could not be given back, and counts it once', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const first = await claimed(claims, id, 1);
  const result = await claims.claim(id, 1, first.claim.token);
  expect(result).toMatchObject({ kind: 'claimed', job: { attempts: 1 }, counted: false });
  expect((await claims.claim(id, 1, 'another-token')).kind).not.toBe('claimed');
  expect((await claims.claim(id, 1, first.claim.token)).kind).not.toBe('claimed');
});

it('says with which token a job may be claimed that MongoDB did not answer for', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const take = jobs.findOneAndUpdate.bind(jobs);
  jest.spyOn(jobs, 'findOneAndUpdate').mockImplementationOnce(async (filter, update) => {
    await take(filter, update);
    throw new MongoNetworkError('no answer');
  });
  const error: unknown = await claims.claim(id, 1).catch((thrown: unknown) => thrown);
  if (!(error instanceof ClaimUnanswered)) throw error;
  expect(await claims.claim(id, 1, error.token)).toMatchObject({
    kind: 'claimed',
    job: { attempts: 1 },
  });
});

it('starts to show progress anew, unless the MP3 is stored', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const first = holderOf(await claimed(claims, id));
  await claims.renew(first, 'transcode', 42);
  await claims.release(first);
  const second = await claimed(claims, id);
  expect(second).toMatchObject({ step: null, percent: 0 });
  await claims.renew(holderOf(second), 'emit-done', 7);
  await claims.commit(holderOf(second), mp3());
  await expire(id);
  expect(await claimed(claims, id)).toMatchObject({ step: 'emit-done', percent: 7 });
});

it('names the file of the attempt in the claim, another one each time', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const first = await claimed(claims, id);
  expect(first.claim.token).toMatch(/^[0-9a-f]{24}$/);
  // The same attempt goes on, and yet must not meet the half-written file of its first try.
  const result = await claims.claim(id, 4, first.claim.token);
  expect(result).toMatchObject({ kind: 'claimed', job: { attempts: 1 } });
  expect((await jobs.findOne({ _id: id }))?.claim?.token).not.toBe(first.claim.token);
});

it('keeps the reason of a job that is given up', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  await claims.giveUp(holderOf(await claimed(claims, id)), 'unknown-error', failure(1));
  expect(await jobs.findOne({ _id: id })).toMatchObject({
    state: 'dead',
    claim: null,
    deadReason: 'unknown-error',
    failures: [{ attempt: 1 }],
    finishedAt: expect.any(Date) as Date,
  });
});

it.each([
  ['none', 'pending'],
  ['pending', 'pending'],
  ['sent', 'sent'],
  ['dead', 'dead'],
  [undefined, 'pending'],
] as const)('expects a mail once the news is out: %s becomes %s', async (before, after) => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const setMail = () =>
    jobs.updateOne({ _id: id }, before ? { $set: { mail: before } } : { $unset: { mail: '' } });
  await claims.commit(holderOf(await claimed(claims, id)), mp3());
  await setMail();
  await claims.finish(id);
  const finished = await jobs.findOne({ _id: id });
  expect(finished).toMatchObject({ mail: after, announcedAt: expect.any(Date) as Date });
  await setMail();
  await claims.announced(id);
  expect((await jobs.findOne({ _id: id }))?.mail).toBe(after);
  // A resumed job did not end anew.
  await claims.finish(id);
  expect((await jobs.findOne({ _id: id }))?.finishedAt).toEqual(finished?.finishedAt);
});

it('knows the very first claim', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const first = await claims.claim(id, 4);
  expect(first).toMatchObject({ kind: 'claimed', first: true, counted: true });
  if (first.kind === 'claimed') await claims.release(holderOf(first.job));
  // The token of a claim that was given back all the same goes on with nothing.
  const token = first.kind === 'claimed' ? first.job.claim.token : '';
  const second = await claims.claim(id, 4, token);
  expect(second).toMatchObject({ kind: 'claimed', first: false, counted: true });
});

it('remembers when work first started', async () => {
  const id = await newJobId();
  const claims = claimsOf('w');
  const first = await claimed(claims, id);
  await claims.release(holderOf(first));
  const second = await claimed(claims, id);
  expect(first.startedAt).toBeInstanceOf(Date);
  expect(second.startedAt).toEqual(first.startedAt);
});
