import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { ObjectId } from 'mongodb';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { placeOrder } from '../../dead-letters/orders/place-order';
import { makeSample } from '../sample-media';
import {
  diedAnnouncing,
  publishDeaths,
  recordJobs,
  storeMp3s,
  type Death,
} from '../seed-dead-letters';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';

const many = 500;
const addresses = Array.from({ length: 10 }, (_, index) => `listener${index}@example.com`);

let product: LightProduct;
let connection: ChannelModel;
let channel: ConfirmChannel;
let mp3: Buffer;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dead-letters-killed-'));
  const path = join(directory, 'sound.mp3');
  await makeSample(path, { seconds: 1, output: ['-vn'] });
  mp3 = await readFile(path);
  await rm(directory, { recursive: true });
  product = await LightProduct.open({
    retryDelaysMs: [200],
    environment: {
      RELAY_EVERY_MS: '50',
      RELAY_LEASE_MS: '300',
      LOST_AFTER_MS: '5000',
      MAX_QUEUED_REPLAYS: '200',
      CONCURRENCY: '16',
      MAIL_CONCURRENCY: '16',
    },
  });
  connection = await connect(product.brokerUrl);
  await declareTopology(connection, product.topology);
  channel = await connection.createConfirmChannel();
  await product.start('relay', 'converter', 'notification');
}, 120_000);

afterAll(async () => {
  await connection.close();
  await product.close();
});

/** Jobs whose MP3 is stored and whose news never went out: replays need no ffmpeg. */
async function killJobs(): Promise<Death[]> {
  const now = Date.now();
  const stored = { bytes: mp3.length, durationMs: 1_000 };
  const deaths = Array.from({ length: many }, (_, index) => {
    const owner = { id: null, address: addresses[index % addresses.length] ?? '' };
    const createdAt = new Date(now - (many - index) * 100 - 60_000);
    return diedAnnouncing({ owner, sourceFid: new ObjectId(), createdAt }, stored);
  });
  await storeMp3s(product.databases.mp3s, deaths, mp3);
  await recordJobs(product.databases.jobs, deaths);
  return deaths;
}

const letterCount = (state: 'open' | 'replaying'): Promise<number> =>
  product.stores.letters.countDocuments({ state });

async function allFiled(): Promise<void> {
  await eventually('every letter', async () => (await letterCount('open')) === many || undefined);
}

const randomMs = (most: number): number => Math.floor(Math.random() * most);

/** Everything about these jobs happened once. */
async function expectOnce(deaths: readonly Death[]): Promise<void> {
  const { letters, audit } = product.stores;
  const jobIds = deaths.map(({ job }) => job._id);
  const about = { jobId: { $in: jobIds } };
  const waiting = { ...about, outcome: { $ne: 'succeeded' } } as const;
  await eventually(
    'outcome of every replay',
    async () => (await letters.countDocuments(waiting)) === 0 || undefined,
    30_000,
  );
  const mailed = { _id: { $in: jobIds }, mail: 'sent' } as const;
  await eventually(
    'every mail',
    async () => (await product.jobs.countDocuments(mailed)) === many || undefined,
    30_000,
  );
  await eventually('empty queues', async () => {
    return Object.keys(await product.queued()).length === 0 || undefined;
  });
  const filed = await letters.find(about).toArray();
  expect(filed).toHaveLength(many);
  for (const letter of filed) {
    expect(letter).toMatchObject({ state: 'replayed', replays: 1, deaths: [{ replay: 0 }] });
  }
  const jobs = await product.jobs.find({ _id: { $in: jobIds } }).toArray();
  const before = new Map(deaths.map(({ job }) => [job._id, job.mp3?.fid.toHexString()]));
  for (const { _id, state, replays, mail, mp3: made } of jobs) {
    expect({ state, replays, mail, mp3: made?.fid.toHexString() }).toEqual({
      state: 'ready',
      replays: 1,
      mail: 'sent',
      mp3: before.get(_id),
    });
  }
  const entries = await audit.find(about).toArray();
  const lettersOf = (kind: 'action' | 'outcome') =>
    entries
      .filter((entry) => entry.kind === kind)
      .map(({ letter }) => letter)
      .sort();
  const ids = filed.map(({ _id }) => _id).sort();
  expect(lettersOf('action')).toEqual(ids);
  expect(lettersOf('outcome')).toEqual(ids);
}

/** Every MP3 was announced by one mail, and no MP3 came to those that were stored. */
async function expectOneMailEach(deaths: readonly Death[]): Promise<void> {
  const named: string[] = [];
  for (const address of addresses) {
    const mails = await product.inbox.mails(address);
    named.push(...mails.map(({ text }) => /file_id: (\w+)/.exec(text)?.[1] ?? text));
  }
  const fids = deaths.map(({ job }) => String(job.mp3?.fid)).sort();
  expect(named.sort()).toEqual(fids);
  const stored = await product.databases.mp3s.collection('fs.files').find().toArray();
  expect(stored.map(({ _id }) => String(_id)).sort()).toEqual(fids);
}

const all: Death[] = [];

it('puts each of 500 back once, though the command is killed again and again', async () => {
  const deaths = await killJobs();
  all.push(...deaths);
  await publishDeaths(channel, product.topology, deaths);
  await allFiled();
  const words = ['replay', '--all', '--reason', 'the broker is back', '--yes', '--limit', '80'];
  // How long it takes from its start to its end when nobody kills it.
  const beganMs = performance.now();
  await product.deadLetters(...words);
  const wholeMs = performance.now() - beganMs;
  let killed = 0;
  for (let run = 0; (await letterCount('open')) > 0; run += 1) {
    const command = product.beginDeadLetters(...words);
    if (run < 6) {
      await delay(randomMs(wholeMs));
      command.kill();
    }
    const { exitCode, stderr } = await command.ended;
    if (exitCode === null) killed += 1;
    else expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  }
  expect(killed).toBeGreaterThan(0);
  await expectOnce(deaths);
  await expectOneMailEach(all);
}, 90_000);

/** Kills the relay and starts another. */
async function killRelay(): Promise<void> {
  await product.kill('relay');
  await product.start('relay');
}

it('files and puts back each of 500 once, though the relay is killed again and again', async () => {
  const deaths = await killJobs();
  all.push(...deaths);
  const publishing = publishDeaths(channel, product.topology, deaths);
  await eventually('the first letters', async () => (await letterCount('open')) > 0 || undefined);
  await killRelay();
  await publishing;
  await allFiled();

  const request = {
    action: 'replay',
    select: { filter: {} },
    reason: 'the broker is back',
    rate_per_s: 100,
  } as const;
  const { id } = await placeOrder(product.stores, request, 'test');
  for (let kill = 0; kill < 4; kill += 1) {
    const left = await letterCount('open');
    if (left === 0) break;
    await eventually('the next batch', async () => {
      return (
        (await letterCount('open')) < left || (await letterCount('replaying')) > 0 || undefined
      );
    });
    await delay(randomMs(20));
    await killRelay();
  }
  await eventually('end of the order', async () => {
    const order = await product.stores.orders.findOne({ _id: id });
    return order?.state === 'finished' || undefined;
  });
  await expectOnce(deaths);
  await expectOneMailEach(all);
}, 90_000);
