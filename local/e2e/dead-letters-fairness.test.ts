import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { ObjectId, type Filter } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { makeSample } from '../sample-media';
import { diedAnnouncing, publishDeaths, recordJobs, storeMp3s } from '../seed-dead-letters';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';
import type { Listener } from './listener';

const many = 300;
const maxQueuedReplays = 8;
const concurrency = 2;

let product: LightProduct;
let directory: string;
let video: string;
let owner: Listener;
let other: Listener;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dead-letters-fairness-'));
  video = join(directory, 'video.mp4');
  await makeSample(video, { seconds: 1 });
  product = await LightProduct.open({
    retryDelaysMs: [200],
    environment: {
      RELAY_EVERY_MS: '300',
      MAX_QUEUED_REPLAYS: String(maxQueuedReplays),
      CONCURRENCY: String(concurrency),
    },
  });
  await product.start('auth', 'gateway', 'relay');
  owner = await product.newListener();
  other = await product.newListener();
  await killJobs();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

/** All of one user's. They finish without ffmpeg, so that they are as quick as jobs can be. */
async function killJobs(): Promise<void> {
  const sound = join(directory, 'sound.mp3');
  await makeSample(sound, { seconds: 1, output: ['-vn'] });
  const mp3 = await readFile(sound);
  const [, claims = ''] = owner.token.split('.');
  const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  const deaths = Array.from({ length: many }, (_, index) =>
    diedAnnouncing(
      {
        owner: { id: sub, address: owner.email },
        sourceFid: new ObjectId(),
        createdAt: new Date(Date.now() - 60_000 - index * 100),
      },
      { bytes: mp3.length, durationMs: 1_000 },
    ),
  );
  await storeMp3s(product.databases.mp3s, deaths, mp3);
  await recordJobs(product.databases.jobs, deaths);
  const connection = await connect(product.brokerUrl);
  await publishDeaths(await connection.createConfirmChannel(), product.topology, deaths);
  await connection.close();
  const { letters } = product.stores;
  await eventually(
    'every letter',
    async () => (await letters.countDocuments()) === many || undefined,
  );
}

const countReplays = (filter: Filter<JobRecord>): Promise<number> =>
  product.jobs.countDocuments({ replays: 1, ...filter });

it('starts fresh uploads before the replays that wait, whoever owns them', async () => {
  const words = ['replay', '--all', '--reason', 'the broker is back', '--yes', '--detach'];
  await product.deadLetters(...words);
  await eventually('every replay', async () => (await countReplays({})) === many || undefined);
  await product.start('converter');
  await eventually('the first replays', async () => {
    return (await countReplays({ state: 'ready' })) > maxQueuedReplays || undefined;
  });
  for (const listener of [other, owner]) {
    const id = await listener.submit(video);
    expect(await listener.finished(id)).toMatchObject({ state: 'ready' });
    const upload = await product.jobs.findOne({ _id: id });
    if (upload === null || upload.publishedAt === null || upload.startedAt === null) {
      throw new Error(`expected a published and started job, got ${JSON.stringify(upload)}`);
    }
    const { publishedAt, startedAt } = upload;
    const before = await countReplays({ startedAt: { $gt: publishedAt, $lt: startedAt } });
    expect(before).toBeLessThanOrEqual(maxQueuedReplays + concurrency);
    // Or it was alone and has shown nothing.
    expect(await countReplays({ startedAt: { $not: { $lte: startedAt } } })).toBeGreaterThan(0);
  }
}, 60_000);
