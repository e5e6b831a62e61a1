import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import { MongoClient, ObjectId, type Collection } from 'mongodb';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import { jobCollection } from '../../contracts/job-collection';
import type { JobRecord } from '../../contracts/job';
import { buildTopology } from '../../contracts/topology';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { Metrics } from '../../observability/metrics';
import { isMongoOutage } from '../../observability/mongo-outage';
import { TransientError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import type { ConversionSteps } from './convert-video';
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

/** An attempt whose first step is the given one. */
function attempt(job: ClaimedJob, run: ConversionSteps['fetchVideo']['run']): Promise<Outcome> {
  const steps = {
    fetchVideo: { name: 'fetch-video', timeoutMs: 60_000, run },
    transcode: notReached('transcode'),
    storeMp3: notReached('store-mp3'),
    emitDone: notReached('emit-done'),
  } as const;
  const deps = {
    claims,
    steps,
    publisher: new ConfirmedPublisher(publishing, 15_000),
    topology: buildTopology({ video: 'video', mp3: 'mp3' }, [100]),
    metrics: new Metrics(),
    worker: 'w',
    disk: new WorkDisk(workDirectory),
    sourceFacts: () => Promise.reject(new Error('its source was looked at')),
    maxAttempts: 4,
    renewEveryMs: 20,
  };
  return runAttempt(job, deps, new AbortController().signal, pino({ level: 'silent' }));
}

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
