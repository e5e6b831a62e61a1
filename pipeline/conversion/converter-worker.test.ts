import { MongoClient, ObjectId, type GridFSBucket } from 'mongodb';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openBucket } from '../../contracts/gridfs';
import { headerNames } from '../../contracts/headers';
import type { JobRecord } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology } from '../../contracts/topology';
import { freePort } from '../../local/free-port';
import { makeSample } from '../../local/sample-media';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { loadConfig } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import { converterSettings } from '../config';
import { startConverter } from './start-converter';

const retryDelaysMs = [100, 200, 300];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);
const databases = {
  VIDEOS_DATABASE: uniqueName('videos'),
  MP3S_DATABASE: uniqueName('mp3s'),
  JOBS_DATABASE: uniqueName('jobs'),
};

let broker: TestBroker;
let mongo: MongoClient;
let videos: GridFSBucket;
let directory: string;
let samples: { short: string; long: string; silent: string; text: string };
let worker: RunningProcess;
let adminPort: number;

beforeAll(async () => {
  broker = await openTestBroker();
  mongo = await MongoClient.connect(await testMongoUrl());
  videos = openBucket(mongo, databases.VIDEOS_DATABASE);
  directory = await mkdtemp(join(tmpdir(), 'converter-test-'));
  const path = (name: string) => join(directory, name);
  samples = {
    short: path('short.mp4'),
    long: path('long.mkv'),
    silent: path('silent.mp4'),
    text: path('text.mp4'),
  };
  await makeSample(samples.short, { seconds: 2 });
  await makeSample(samples.long, { seconds: 120, output: ['-c:a', 'pcm_s16le', '-r', '1'] });
  await makeSample(samples.silent, { seconds: 1, output: ['-an'] });
  await writeFile(samples.text, 'This is not a video.');
  worker = await start();
}, 60_000);

afterAll(async () => {
  await worker.stop();
  for (const name of Object.values(databases)) await mongo.db(name).dropDatabase();
  await mongo.close();
  await broker.close();
  await rm(directory, { recursive: true });
});

async function start(settings: Record<string, string> = {}): Promise<RunningProcess> {
  adminPort = await freePort();
  const environment = {
    RABBITMQ_URL: broker.vhost.url,
    MONGO_URL: await testMongoUrl(),
    ...databases,
    RETRY_DELAYS_MS: retryDelaysMs.join(','),
    WORK_DIR: join(directory, 'work'),
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(adminPort),
    LOG_LEVEL: 'silent',
    ...settings,
  };
  return startConverter(loadConfig('converter', converterSettings, environment));
}

/** Stores a video as the tutorial does: without metadata. */
async function store(path: string): Promise<string> {
  const upload = videos.openUploadStream('video');
  await pipeline(createReadStream(path), upload);
  return upload.id.toHexString();
}

const jobs = () => jobCollection(mongo.db(databases.JOBS_DATABASE));
const bareMessage = (video_fid: string) => ({
  video_fid,
  mp3_fid: null,
  username: 'a@example.com',
});
const mp3Files = () => mongo.db(databases.MP3S_DATABASE).collection('fs.files');

function jobIn(state: JobRecord['state'], id: string): Promise<JobRecord> {
  return eventually(`job ${id} in state ${state}`, async () => {
    const job = await jobs().findOne({ _id: id });
    return job?.state === state ? job : undefined;
  });
}

type Tally = Readonly<Record<string, number>>;

/** The worker's series, each with its value. */
async function tally(): Promise<Tally> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const lines = text.split('\n').map((line) => /^([a-z].*) (\S+)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((line) => (line === null ? [] : [[line[1] ?? '', Number(line[2])]])),
  );
}

const ofJobs =
  /^(attempts|jobs_finished|refusals|retries|defers|dead_lettered)_total|^(job_duration_seconds|transcode_speed_ratio)_count/;

/** By how much the series about jobs have grown once as many deliveries more are settled. */
async function grownSince(before: Tally, outcome: string, settled = 1): Promise<Tally> {
  const series = `deliveries_total{queue="video",outcome="${outcome}"}`;
  const now = await eventually(`${settled} deliveries ${outcome}`, async () => {
    const found = await tally();
    return (found[series] ?? 0) - (before[series] ?? 0) >= settled ? found : undefined;
  });
  return Object.fromEntries(
    Object.entries(now)
      .map(([name, value]): [string, number] => [name, value - (before[name] ?? 0)])
      .filter(([name, by]) => ofJobs.test(name) && by !== 0),
  );
}

const oneReady: Tally = {
  'attempts_total{queue="video"}': 1,
  'jobs_finished_total{state="ready"}': 1,
  'job_duration_seconds_count{state="ready"}': 1,
  transcode_speed_ratio_count: 1,
};

/** Ids of the processes that were started with something in that directory. */
async function processesIn(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir('/proc')) {
    // Ended meanwhile, or no process.
    const commandLine = await readFile(join('/proc', id, 'cmdline'), 'utf8').catch(() => '');
    if (commandLine.includes(path)) found.push(id);
  }
  return found;
}

async function expectNowhereElse(expected: Record<string, number> = {}): Promise<void> {
  await eventually(`only ${JSON.stringify(expected)} in the queues`, async () => {
    const counts = await broker.counts(topology);
    return JSON.stringify(counts) === JSON.stringify(expected) || undefined;
  });
}

it('converts a bare tutorial message and answers with one a tutorial consumer can read', async () => {
  const before = await tally();
  const fid = await store(samples.short);
  await broker.publish('video', bareMessage(fid));
  const news = await broker.take('mp3');
  const job = await jobIn('ready', fid);
  expect(JSON.parse(news.content.toString())).toEqual({
    video_fid: fid,
    mp3_fid: job.mp3?.fid.toHexString(),
    username: 'a@example.com',
    job_id: fid,
  });
  expect(job).toMatchObject({ attempts: 1, failures: [], claim: null, percent: 100 });
  const files = await mp3Files().find({ 'metadata.jobId': fid }).toArray();
  expect(files).toMatchObject([{ _id: job.mp3?.fid, length: job.mp3?.bytes }]);
  expect(Math.abs((job.mp3?.durationMs ?? 0) - 2_000)).toBeLessThan(100);
  await expectNowhereElse();
  expect(await grownSince(before, 'completed')).toEqual(oneReady);
  const {
    'ffmpeg_cpu_seconds_total{mode="user"}': userS = 0,
    'ffmpeg_cpu_seconds_total{mode="system"}': systemS = 0,
    transcode_speed_ratio_sum: speed = 0,
    work_disk_available_bytes: available = 0,
    work_disk_size_bytes: size = 0,
  } = await tally();
  expect(userS + systemS).toBeGreaterThan(0);
  expect(speed).toBeGreaterThan(0);
  expect(available).toBeGreaterThan(0);
  expect(size).toBeGreaterThan(available);
  expect(await readdir(join(directory, 'work'))).toEqual([]);
});

it('accepts the misspelt key of a widespread tutorial gateway', async () => {
  const fid = await store(samples.short);
  await broker.publish('video', { vide_fid: fid, mp3_fid: null, username: 'a@example.com' });
  expect(JSON.parse((await broker.take('mp3')).content.toString())).toMatchObject({
    video_fid: fid,
  });
});

it('makes one MP3 and one message of six copies', async () => {
  const before = await tally();
  const fid = await store(samples.short);
  for (let copy = 0; copy < 6; copy += 1) await broker.publish('video', bareMessage(fid));
  await jobIn('ready', fid);
  await expectNowhereElse({ mp3: 1 });
  await broker.take('mp3');
  expect(await mp3Files().countDocuments({ 'metadata.jobId': fid })).toBe(1);
  expect((await jobs().findOne({ _id: fid }))?.attempts).toBe(1);
  const deferred = 'defers_total{queue="video",reason="claim"}';
  const { [deferred]: _, ...grown } = await grownSince(before, 'completed', 6);
  expect(grown).toEqual(oneReady);
});

it.each([
  ['a video without sound', 'silent', 'no-audio'],
  ['text named .mp4', 'text', 'not-a-video'],
] as const)(
  'refuses %s: a failed job and a message, no dead letter',
  async (_name, sample, reason) => {
    const before = await tally();
    const fid = await store(samples[sample]);
    await broker.publish('video', bareMessage(fid));
    const news = await broker.take('mp3.failed');
    expect(JSON.parse(news.content.toString())).toEqual({
      video_fid: fid,
      username: 'a@example.com',
      job_id: fid,
      reason,
    });
    const job = await jobIn('failed', fid);
    expect(job.refusal?.reason).toBe(reason);
    await broker.publish('video', bareMessage(fid));
    await expectNowhereElse();
    expect(await mp3Files().countDocuments({ 'metadata.jobId': fid })).toBe(0);
    // The second delivery met what was over.
    expect(await grownSince(before, 'failed', 2)).toEqual({
      'attempts_total{queue="video"}': 1,
      'jobs_finished_total{state="failed"}': 1,
      'job_duration_seconds_count{state="failed"}': 1,
      [`refusals_total{reason="${reason}"}`]: 1,
    });
  },
);

it('refuses a message whose video is not there', async () => {
  const fid = new ObjectId().toHexString();
  await broker.publish('video', bareMessage(fid));
  expect(JSON.parse((await broker.take('mp3.failed')).content.toString())).toMatchObject({
    reason: 'source-missing',
  });
  await expectNowhereElse();
});

it('keeps bytes that are no message as a dead letter', async () => {
  await broker.publish('video', Buffer.from([0xff, 0xfe, 0x00]));
  const letter = await broker.take('video.dead');
  expect(letter.content).toEqual(Buffer.from([0xff, 0xfe, 0x00]));
  expect(letter.properties.headers).toMatchObject({
    [headerNames.deadReason]: 'invalid-message',
    [headerNames.deadQueue]: 'video',
  });
  await expectNowhereElse();
});

it('resumes with the news when an attempt died after it had stored the MP3', async () => {
  const fid = await store(samples.text);
  const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
  await broker.publish('video', bareMessage(fid));
  await broker.take('mp3.failed');
  // The video would be refused: only a conversion that is not run again can end well.
  await jobs().updateOne({ _id: fid }, { $set: { state: 'converting', mp3, refusal: null } });
  const before = await tally();
  await broker.publish('video', bareMessage(fid));
  expect(JSON.parse((await broker.take('mp3')).content.toString())).toMatchObject({
    mp3_fid: mp3.fid.toHexString(),
  });
  await jobIn('ready', fid);
  expect(await grownSince(before, 'completed')).toEqual({
    'jobs_finished_total{state="ready"}': 1,
    'job_duration_seconds_count{state="ready"}': 1,
  });
});

it('gives up a job whose last attempt never came back, not one whose last attempt still runs', async () => {
  const fid = await store(samples.text);
  await broker.publish('video', bareMessage(fid));
  await broker.take('mp3.failed');
  const claim = { token: 't', worker: 'w', expiresAt: new Date(Date.now() + 60_000) };
  await jobs().updateOne({ _id: fid }, { $set: { state: 'converting', attempts: 4, claim } });
  const before = await tally();
  await broker.publish('video', bareMessage(fid));
  await eventually('a deferred copy', async () => {
    const { messageCount } = await broker.channel.checkQueue('video.retry.100ms');
    return messageCount === 1 || undefined;
  });
  expect((await jobs().findOne({ _id: fid }))?.state).toBe('converting');
  await jobs().updateOne({ _id: fid }, { $set: { 'claim.expiresAt': new Date(0) } });
  const letter = await broker.take('video.dead');
  expect(letter.properties.headers).toMatchObject({
    [headerNames.deadReason]: 'attempts-exhausted',
    [headerNames.deadErrorClass]: 'WorkerCrashed',
    [headerNames.attempt]: 4,
  });
  expect((await jobIn('dead', fid)).failures).toMatchObject([{ errorClass: 'WorkerCrashed' }]);
  await expectNowhereElse();
  expect(await grownSince(before, 'dead-letter')).toEqual({
    'defers_total{queue="video",reason="claim"}': expect.any(Number) as number,
    'jobs_finished_total{state="dead"}': 1,
    'job_duration_seconds_count{state="dead"}': 1,
    'dead_lettered_total{queue="video",reason="attempts-exhausted"}': 1,
  });
});

it('files a dead letter again when the job is dead already', async () => {
  const fid = await store(samples.text);
  await broker.publish('video', bareMessage(fid));
  await broker.take('mp3.failed');
  const failure = {
    attempt: 2,
    at: new Date(),
    worker: 'w',
    step: 'transcode',
    error: 'e',
  } as const;
  const failures = [{ ...failure, errorClass: 'TypeError' }];
  await jobs().updateOne(
    { _id: fid },
    { $set: { state: 'dead', failures, deadReason: 'unknown-error' } },
  );
  await broker.publish('video', bareMessage(fid));
  expect((await broker.take('video.dead')).properties.headers).toMatchObject({
    [headerNames.deadReason]: 'unknown-error',
    [headerNames.deadStep]: 'transcode',
    [headerNames.deadErrorClass]: 'TypeError',
    [headerNames.attempt]: 2,
  });
  await expectNowhereElse();
});

it('says again that a file was refused when the first news never went out', async () => {
  const fid = await store(samples.text);
  await broker.publish('video', bareMessage(fid));
  await broker.take('mp3.failed');
  // The worker notes it after the news.
  await eventually('the note that the news went out', async () => {
    return (await jobs().findOne({ _id: fid }))?.announcedAt ?? undefined;
  });
  await jobs().updateOne({ _id: fid }, { $set: { announcedAt: null } });
  await broker.publish('video', bareMessage(fid));
  await broker.take('mp3.failed');
  await expectNowhereElse();
});

it('hands running work back when it stops, and refunds the attempt', async () => {
  await worker.stop();
  const stopping = await start({ STOP_TIMEOUT_MS: '0' });
  const fid = await store(samples.long);
  await broker.publish('video', bareMessage(fid));
  await eventually('a transcode under way', async () => {
    const job = await jobs().findOne({ _id: fid });
    return job?.step === 'transcode' || undefined;
  });
  await eventually('ffmpeg at work', async () => {
    const group = await processesIn(directory);
    return group.length > 0 ? group : undefined;
  });
  await stopping.stop();
  expect(await processesIn(directory)).toEqual([]);
  const job = await jobs().findOne({ _id: fid });
  expect(job).toMatchObject({ state: 'waiting', attempts: 0, claim: null, failures: [] });
  expect(await readdir(join(directory, 'work'))).toEqual([]);
  worker = await start();
  await jobIn('ready', fid);
  await broker.take('mp3');
  await expectNowhereElse();
  expect(await mp3Files().countDocuments({ 'metadata.jobId': fid })).toBe(1);
}, 60_000);

it('keeps a job that meets a defect as a dead letter with its step and error', async () => {
  await worker.stop();
  worker = await start({ WORK_DIR: join(samples.text, 'not-a-directory') });
  const fid = await store(samples.short);
  await broker.publish('video', bareMessage(fid), { messageId: 'm-1' });
  const letter = await broker.take('video.dead');
  expect(letter.properties).toMatchObject({
    messageId: 'm-1',
    headers: {
      [headerNames.deadReason]: 'unknown-error',
      [headerNames.deadError]: expect.stringContaining('ENOTDIR') as string,
      [headerNames.attempt]: 1,
    },
  });
  const job = await jobIn('dead', fid);
  expect(job.failures).toMatchObject([{ attempt: 1, errorClass: 'Error' }]);
  await expectNowhereElse();
  expect(await grownSince({}, 'dead-letter')).toEqual({
    'attempts_total{queue="video"}': 1,
    'jobs_finished_total{state="dead"}': 1,
    'job_duration_seconds_count{state="dead"}': 1,
    'dead_lettered_total{queue="video",reason="unknown-error"}': 1,
  });
});
