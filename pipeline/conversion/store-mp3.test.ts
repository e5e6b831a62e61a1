import { MongoClient, ObjectId, type GridFSBucket } from 'mongodb';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import { openBucket } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { isMongoOutage } from '../../observability/mongo-outage';
import { ClaimLost } from '../deliveries/failure';
import type { LocalMp3, StoredMp3 } from './hand-offs';
import { JobClaims } from './job-claims';
import { storeMp3 } from './store-mp3';

const names = { jobs: uniqueName('jobs'), mp3s: uniqueName('mp3s') };
const breaker = new Breaker('gridfs-write', isMongoOutage);
/** More than one chunk. */
const bytes = 1_000_000;

let client: MongoClient;
let claims: JobClaims;
let mp3s: GridFSBucket;
let directory: string;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  claims = new JobClaims(jobCollection(client.db(names.jobs)), breaker, 'w', 60_000);
  mp3s = openBucket(client, names.mp3s);
  directory = await mkdtemp(join(tmpdir(), 'store-mp3-test-'));
  await writeFile(join(directory, 'audio.mp3'), Buffer.alloc(bytes, 1));
}, 60_000);

afterEach(async () => {
  await client.db(names.mp3s).dropDatabase();
});

afterAll(async () => {
  breaker.stop();
  await client.db(names.jobs).dropDatabase();
  await client.close();
  await rm(directory, { recursive: true });
});

async function claimedMp3(): Promise<LocalMp3> {
  const videoFid = new ObjectId();
  const id = await claims.ensure({
    video_fid: videoFid.toHexString(),
    mp3_fid: null,
    username: 'a@example.com',
    job_id: undefined,
  });
  const result = await claims.claim(id, 4);
  if (result.kind !== 'claimed') throw new Error(`expected a claim, got ${result.kind}`);
  const job = {
    id,
    claimToken: result.job.claim.token,
    username: 'a@example.com',
    videoFid,
    sourceName: null,
    options: defaultConversionOptions,
    replays: 0,
    traceId: null,
    traceparent: null,
    directory,
    reserve: () => Promise.resolve(),
  };
  const mp3Path = join(directory, 'audio.mp3');
  return { job, mp3Path, bytes, durationMs: 1_000, times: undefined };
}

const step = () => storeMp3(mp3s, breaker, claims, 60_000);
/** What another worker does once the claim on a job has expired. */
async function takeOver(mp3: LocalMp3): Promise<StoredMp3> {
  const { id } = mp3.job;
  const jobs = jobCollection(client.db(names.jobs));
  await jobs.updateOne({ _id: id }, { $set: { 'claim.expiresAt': new Date(0) } });
  const result = await claims.claim(id, 4);
  if (result.kind !== 'claimed') throw new Error(`expected a claim, got ${result.kind}`);
  const job = { ...mp3.job, claimToken: result.job.claim.token };
  const context = { signal: new AbortController().signal, progress: () => undefined };
  return step().run({ ...mp3, job }, context);
}

const jobRecord = ({ job }: LocalMp3) =>
  jobCollection(client.db(names.jobs)).findOne({ _id: job.id });

async function stored(): Promise<{ files: number; chunks: number }> {
  const database = client.db(names.mp3s);
  const files = await database.collection('fs.files').countDocuments();
  return { files, chunks: await database.collection('fs.chunks').countDocuments() };
}

it('stores the MP3 whole, with our mark, and lets the job point to it', async () => {
  const mp3 = await claimedMp3();
  const percents: number[] = [];
  const { mp3Fid } = await step().run(mp3, {
    signal: new AbortController().signal,
    progress: (percent) => percents.push(percent),
  });
  expect(mp3Fid.toHexString()).toBe(mp3.job.claimToken);
  expect((await jobRecord(mp3))?.mp3).toEqual({ fid: mp3Fid, bytes, durationMs: 1_000 });
  expect(await mp3s.find().toArray()).toMatchObject([
    {
      _id: mp3Fid,
      length: bytes,
      metadata: { storedBy: 'video-to-mp3', jobId: mp3.job.id, claimToken: mp3.job.claimToken },
    },
  ]);
  expect(percents.at(-1)).toBe(100);
});

it('takes its file away again when the claim was lost', async () => {
  const mp3 = await claimedMp3();
  const lost = { ...mp3, job: { ...mp3.job, claimToken: new ObjectId().toHexString() } };
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await expect(step().run(lost, context)).rejects.toThrow(ClaimLost);
  expect(await stored()).toEqual({ files: 0, chunks: 0 });
  expect((await jobRecord(mp3))?.mp3).toBeNull();
});

it('leaves the MP3 of the next worker alone when it wakes up in the middle of its own', async () => {
  const mp3 = await claimedMp3();
  let next: Promise<StoredMp3> | undefined;
  const progress = () => {
    // Paused past its claim after the first chunk: meanwhile another worker stores and commits.
    next ??= takeOver(mp3);
  };
  const context = { signal: new AbortController().signal, progress };
  await expect(step().run(mp3, context)).rejects.toThrow(ClaimLost);
  const winner = await next;
  expect((await jobRecord(mp3))?.mp3?.fid).toEqual(winner?.mp3Fid);
  expect(winner?.mp3Fid.toHexString()).not.toBe(mp3.job.claimToken);
  const files = await mp3s.find().toArray();
  expect(files).toMatchObject([{ _id: winner?.mp3Fid, length: bytes }]);
  const chunks = client.db(names.mp3s).collection('fs.chunks');
  expect(await chunks.distinct('files_id')).toEqual([winner?.mp3Fid]);
});

it('leaves no chunk behind when it is told to stop', async () => {
  const mp3 = await claimedMp3();
  const stopping = new AbortController();
  const progress = (percent: number) => {
    if (percent > 60) stopping.abort(new Error('stop'));
  };
  await expect(step().run(mp3, { signal: stopping.signal, progress })).rejects.toThrow();
  expect(await stored()).toEqual({ files: 0, chunks: 0 });
  expect((await jobRecord(mp3))?.mp3).toBeNull();
});
