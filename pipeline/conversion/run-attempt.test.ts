import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import { MongoClient, ObjectId, type Collection } from 'mongodb';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import { jobCollection } from '../../contracts/job-collection';
import type { JobRecord } from '../../contracts/job';
import type { SourceFacts } from '../../contracts/source-facts';
import { buildTopology } from '../../contracts/topology';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { createLogger } from '../../observability/logger';
import { Metrics } from '../../observability/metrics';
import { isMongoOutage } from '../../observability/mongo-outage';
import { TransientError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { counted } from '../test-counted';
import type { ConversionSteps } from './convert-video';
import type { ConverterDeps } from './converter-deps';
import { JobClaims, type ClaimedJob } from './job-claims';
import { runAttempt } from './run-attempt';
import { WorkDisk } from './work-disk';

const database = uniqueName('jobs');
const breaker = new Breaker('jobs', isMongoOutage);
let broker: TestBroker;
let publishing: AmqpConnectionManager;
let client: MongoClient;
let jobs: Collection<JobRecord>;
let claims: JobClaims;
let workDirectory: string;

beforeAll(async () => {
  broker = await openTestBroker();
  publishing = connect([broker.vhost.url]);
  client = await MongoClient.connect(await testMongoUrl());
  jobs = jobCollection(client.db(database));
  claims = new JobClaims(jobs, breaker, 'w', 60_000);
  workDirectory = await mkdtemp(join(tmpdir(), 'run-attempt-test-'));
}, 60_000);

afterAll(async () => {
  breaker.stop();
  await client.db(database).dropDatabase();
  await client.close();
  await publishing.close();
  await broker.close();
  await rm(workDirectory, { recursive: true });
});

afterEach(async () => {
  // What dead jobs left for their replay.
  for (const name of await readdir(workDirectory)) {
    if (name.startsWith('kept.')) await rm(join(workDirectory, name), { recursive: true });
  }
});

async function claimed(): Promise<ClaimedJob> {
  const id = await claims.ensure({
    video_fid: new ObjectId().toHexString(),
    mp3_fid: null,
    username: 'a@example.com',
    job_id: undefined,
  });
  const result = await claims.claim(id, 4);
  if (result.kind !== 'claimed') throw new Error(`expected a claim, got ${result.kind}`);
  return result.job;
}

const notReached = (name: 'transcode' | 'store-mp3' | 'emit-done') => ({
  name,
  timeoutMs: 60_000,
  run: () => Promise.reject(new Error(`${name} was reached`)),
});

const facts: SourceFacts = {
  container: 'mov',
  durationS: 2,
  bytes: 7,
  audioTracks: [],
  video: null,
  problem: null,
};

/** An attempt whose first step is the given one. */
function attempt(
  job: ClaimedJob,
  run: ConversionSteps['fetchVideo']['run'],
  sourceFacts: ConverterDeps['sourceFacts'] = () => Promise.reject(new Error('looked at')),
  further: Partial<ConversionSteps> = {},
): Promise<Outcome> {
  const steps = {
    fetchVideo: { name: 'fetch-video', timeoutMs: 60_000, run },
    transcode: notReached('transcode'),
    storeMp3: notReached('store-mp3'),
    emitDone: notReached('emit-done'),
    ...further,
  } as const;
  const deps = {
    claims,
    steps,
    publisher: new ConfirmedPublisher(publishing, 15_000),
    topology: buildTopology({ video: 'video', mp3: 'mp3' }, [100]),
    metrics,
    worker: 'w',
    disk: new WorkDisk(workDirectory),
    sourceFacts,
    maxAttempts: 4,
    renewEveryMs: 20,
  };
  const log = createLogger('converter', 'info', { write: () => undefined });
  return runAttempt(job, deps, new AbortController().signal, log.child({ jobId: job._id }));
}

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics('converter');
});

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error);
    };
    // The renewal may have met the new claim before this attempt heard that it was written.
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });

it('keeps its claim while it works, and shows where it is', async () => {
  const job = await claimed();
  await jobs.updateOne({ _id: job._id }, { $set: { 'claim.expiresAt': new Date(0) } });
  const outcome = await attempt(job, async (_, { progress }) => {
    progress(42.9);
    await eventually('a renewed claim with the progress', async () => {
      const record = await jobs.findOne({ _id: job._id });
      const renewed = (record?.claim?.expiresAt ?? new Date(0)) > new Date();
      return (renewed && record?.step === 'fetch-video' && record.percent === 42) || undefined;
    });
    throw new TransientError('enough');
  });
  expect(outcome).toEqual({ kind: 'retry', attempt: 1 });
  expect(await jobs.findOne({ _id: job._id })).toMatchObject({
    state: 'waiting',
    claim: null,
    failures: [{ attempt: 1, step: 'fetch-video', errorClass: 'TransientError', error: 'enough' }],
  });
});

it('ends when its claim is lost, and leaves the record to the new holder', async () => {
  const job = await claimed();
  const claim = { token: 'another', worker: 'other', expiresAt: new Date(Date.now() + 60_000) };
  const outcome = await attempt(job, async (_, { signal }) => {
    await jobs.updateOne({ _id: job._id }, { $set: { claim, attempts: 2 } });
    return whenAborted(signal);
  });
  expect(outcome.kind).toBe('defer');
  expect(await jobs.findOne({ _id: job._id })).toMatchObject({
    state: 'converting',
    claim,
    attempts: 2,
    failures: [],
  });
});

it.each([
  ['that fails', 1, new TransientError('later'), 'retry'],
  ['that is the last', 4, new TransientError('later'), 'dead-letter'],
  ['that meets a defect', 1, new TypeError('no'), 'dead-letter'],
])('keeps the log lines of an attempt %s, and after how many replays it was', async (...row) => {
  const [, attempts, error, kind] = row;
  const job = { ...(await claimed()), attempts, replays: 2 };
  const outcome = await attempt(job, () => Promise.reject(error));
  expect(outcome).toMatchObject({
    kind,
    ...(kind === 'retry' ? {} : { letter: { attempts, replay: 2 } }),
  });
  const record = await jobs.findOne({ _id: job._id });
  const [failure] = record?.failures ?? [];
  expect(failure).toMatchObject({ attempt: attempts, replay: 2 });
  expect(failure?.log?.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'info', jobId: job._id, msg: 'attempt started' },
    { level: 'warn', jobId: job._id, msg: `attempt came to ${kind}`, step: 'fetch-video' },
  ]);
  // Nothing was fetched, so there is nothing to look at.
  expect(record?.sourceFacts).toBeNull();
});

it.each([
  ['says so', facts, facts],
  ['cannot say', null, null],
])('notes of a dead job what is known of its source when ffprobe %s', async (_, known, noted) => {
  const job = await claimed();
  const looked: string[] = [];
  const outcome = await attempt(
    job,
    (conversion) => Promise.resolve({ job: conversion, videoPath: '/the/video' }),
    (path) => {
      looked.push(path);
      return known === null ? Promise.reject(new Error('no ffprobe')) : Promise.resolve(known);
    },
  );
  expect(outcome).toMatchObject({ kind: 'dead-letter', letter: { step: 'transcode' } });
  expect(looked).toEqual(['/the/video']);
  const record = await jobs.findOne({ _id: job._id });
  expect(record).toMatchObject({ state: 'dead', sourceFacts: noted });
});

it.each([
  ['of an encode', { userS: 2, systemS: 0.5, wallS: 4 }, ['mode=user: 2', 'mode=system: 0.5'], 90],
  [
    'of one too short to be timed',
    { userS: 1, systemS: 1, wallS: 0 },
    ['mode=user: 1', 'mode=system: 1'],
    0,
  ],
  ['of an MP3 that was there, or an encoder that did not say', undefined, [], 0],
])('counts what ffmpeg took %s, whatever comes after it', async (_, times, cpu, speed) => {
  const job = await claimed();
  const outcome = await attempt(
    job,
    (conversion) => Promise.resolve({ job: conversion, videoPath: '/the/video' }),
    () => Promise.resolve(facts),
    {
      transcode: {
        name: 'transcode',
        timeoutMs: 60_000,
        run: (video) =>
          Promise.resolve({ job: video.job, mp3Path: '/it', bytes: 1, durationMs: 360_000, times }),
      },
    },
  );
  expect(outcome).toMatchObject({ letter: { step: 'store-mp3' } });
  expect(await counted(metrics, 'ffmpeg_cpu_seconds_total')).toEqual(cpu);
  const sum = speed === 0 ? [] : [`: ${speed}`];
  const text = (await metrics.text()).split('\n');
  expect(text).toContain(`transcode_speed_ratio_sum ${speed}`);
  expect(text).toContain(`transcode_speed_ratio_count ${sum.length}`);
  expect(await counted(metrics, 'audio_seconds_total')).toEqual([]);
});

it('leaves no directory behind', async () => {
  const job = await claimed();
  let inside: string[] = [];
  await attempt(job, async () => {
    inside = await readdir(workDirectory);
    throw new TransientError('enough');
  });
  expect(inside).toEqual([`${job._id}-${job.claim.token}`]);
  expect(await readdir(workDirectory)).toEqual([]);
});

it('keeps the work of a dead job whose replay needs it, and no other', async () => {
  const reject = () => Promise.reject(new TypeError('no'));
  const needed = await claimed();
  expect(await attempt(needed, reject)).toMatchObject({ letter: { step: 'fetch-video' } });
  const job = { ...(await claimed()), mp3: { fid: new ObjectId(), bytes: 1, durationMs: 1 } };
  expect(await attempt(job, reject)).toMatchObject({ letter: { step: 'emit-done' } });
  expect(await readdir(workDirectory)).toEqual([`kept.${needed._id}`]);
});
