import { ObjectId } from 'mongodb';
import { headerNames } from '../../contracts/headers';
import { newJob, type JobRecord } from '../../contracts/job';
import { freePort } from '../../local/free-port';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl } from '../../local/test-stack';
import { buildTopology } from '../../contracts/topology';
import { loadConfig } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import { relaySettings } from '../config';
import { TransientError } from '../deliveries/failure';
import { startRelay } from '../relay/start-relay';
import type { ConversionSteps } from './convert-video';
import { testConverters, type TestConverters } from './test-converters';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const retryDelaysMs = [100];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);

let broker: TestBroker;
let converters: TestConverters;
let relay: RunningProcess | undefined;
/** Whether the next transcodes fail, and the steps that were begun. */
let broken = false;
const begun: string[] = [];

beforeAll(async () => {
  broker = await openTestBroker();
  converters = await testConverters(broker.vhost.url, await testMongoUrl(), retryDelaysMs);
  await converters.start({ MAX_ATTEMPTS: '2' }, (parts) => ({
    ...parts,
    steps: (steps) => watched(parts.steps(steps)),
  }));
}, 60_000);

afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  broken = false;
  begun.length = 0;
});

afterAll(async () => {
  await converters.close();
  await broker.close();
});

function watched(steps: ConversionSteps): ConversionSteps {
  const { fetchVideo, transcode, storeMp3, emitDone } = steps;
  return {
    fetchVideo: { ...fetchVideo, run: (...all) => (begun.push('fetch'), fetchVideo.run(...all)) },
    transcode: {
      ...transcode,
      run: (...all) => {
        begun.push('transcode');
        return broken ? Promise.reject(new TransientError('no room')) : transcode.run(...all);
      },
    },
    storeMp3: { ...storeMp3, run: (...all) => (begun.push('store'), storeMp3.run(...all)) },
    emitDone: { ...emitDone, run: (...all) => (begun.push('emit'), emitDone.run(...all)) },
  };
}

async function startTestRelay(): Promise<void> {
  const { dbName } = converters.jobs;
  const environment = {
    RABBITMQ_URL: broker.vhost.url,
    MONGO_URL: await testMongoUrl(),
    JOBS_DATABASE: dbName,
    VIDEOS_DATABASE: `${dbName}_videos`,
    MP3S_DATABASE: `${dbName}_mp3s`,
    RETRY_DELAYS_MS: retryDelaysMs.join(','),
    RELAY_EVERY_MS: '50',
    RELAY_LEASE_MS: '1000',
    LOST_AFTER_MS: '600000',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(await freePort()),
    LOG_LEVEL: 'silent',
  };
  relay = await startRelay(loadConfig('relay', relaySettings, environment));
}

/** As an operator's order does it. */
async function putBack(id: string): Promise<void> {
  const { matchedCount } = await converters.jobs.updateOne(
    { _id: id, state: 'dead' },
    {
      $set: {
        state: 'queued',
        step: null,
        percent: 0,
        claim: null,
        attempts: 0,
        deadReason: null,
        refusal: null,
        finishedAt: null,
        publishedAt: null,
        replayedAt: new Date(),
      },
      $inc: { replays: 1 },
    },
  );
  expect(matchedCount).toBe(1);
}

/** A job that died of a full disk, say, after two attempts; its letter is taken off. */
async function died(): Promise<{ id: string; message: object }> {
  broken = true;
  const message = await converters.storeVideo();
  const id = message.video_fid;
  await broker.publish('video', message, { headers: { [headerNames.traceId]: traceId } });
  expect((await broker.take('video.dead')).properties.headers).toMatchObject({
    [headerNames.deadReason]: 'attempts-exhausted',
    [headerNames.deadStep]: 'transcode',
    [headerNames.attempt]: 2,
    [headerNames.replay]: 0,
    [headerNames.traceId]: traceId,
  });
  return { id, message };
}

async function expectNowhereElse(): Promise<void> {
  await eventually('empty queues', async () => {
    return Object.keys(await broker.counts(topology)).length === 0 || undefined;
  });
}

it('a dead job that was put back converts, and keeps what it died of', async () => {
  const { id, message } = await died();
  const dead = await converters.jobIn('dead', id);
  expect(dead).toMatchObject({
    traceId,
    attempts: 2,
    failures: [
      { attempt: 1, step: 'transcode', error: 'no room', replay: 0 },
      { attempt: 2, step: 'transcode', error: 'no room', replay: 0 },
    ],
    sourceFacts: {
      container: 'mov',
      formatName: 'mov,mp4,m4a,3gp,3g2,mj2',
      audioTracks: [{ codec: 'aac', durationS: expect.closeTo(2, 0) as number }],
      video: { codec: expect.any(String) as string, width: expect.any(Number) as number },
      problem: null,
    },
  });

  broken = false;
  await putBack(id);
  await startTestRelay();
  const news = await broker.take('mp3');
  expect(news.properties.headers).toMatchObject({
    [headerNames.jobId]: id,
    [headerNames.replay]: 1,
    [headerNames.traceId]: traceId,
  });
  const ready = await converters.jobIn('ready', id);
  expect(ready).toMatchObject({ attempts: 1, replays: 1, deadReason: null });
  expect(ready.failures).toEqual(dead.failures);
  expect(ready.sourceFacts).toEqual(dead.sourceFacts);

  // A copy from before the replay has nothing left to do.
  await broker.publish('video', message);
  await expectNowhereElse();
  expect(await converters.mp3Count()).toBe(1);
}, 40_000);

it('a job that dies again says after which replay, whatever copy of its message it was', async () => {
  const { id, message } = await died();
  await putBack(id);
  await broker.publish('video', message);
  const again = await broker.take('video.dead');
  expect(again.properties.headers).toMatchObject({
    [headerNames.attempt]: 2,
    [headerNames.replay]: 1,
  });
  const { failures } = await converters.jobIn('dead', id);
  expect(failures.map(({ attempt, replay }) => [attempt, replay])).toEqual([
    [1, 0],
    [2, 0],
    [1, 1],
    [2, 1],
  ]);
  // A second copy of one death.
  await broker.publish('video', message);
  expect((await broker.take('video.dead')).properties.headers).toMatchObject({
    [headerNames.replay]: 1,
  });
}, 40_000);

it('a job whose MP3 is stored starts again at its news, with no fetch and no transcode', async () => {
  const source = { fid: new ObjectId(), name: 'gone.mp4', bytes: 1 };
  const owner = { id: '7', address: 'ann@example.com' };
  const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
  const job: JobRecord = {
    ...newJob(source.fid.toHexString(), owner, source, new Date()),
    state: 'dead',
    deadReason: 'unknown-error',
    mp3,
    publishedAt: new Date(),
    finishedAt: new Date(),
  };
  await converters.jobs.insertOne(job);
  await putBack(job._id);
  await startTestRelay();
  const news = await broker.take('mp3');
  expect(JSON.parse(news.content.toString())).toMatchObject({ mp3_fid: mp3.fid.toHexString() });
  expect(await converters.jobIn('ready', job._id)).toMatchObject({ mp3, mail: 'pending' });
  expect(begun).toEqual(['emit']);
  await expectNowhereElse();
}, 40_000);
