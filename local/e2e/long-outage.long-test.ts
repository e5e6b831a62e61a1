import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';
import { defaultDatabases } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology, defaultRetryDelaysMs } from '../../contracts/topology';
import { takeLettersLeft } from '../letters-left';
import { queueNames } from '../queue-names';
import { makeSample } from '../sample-media';
import { amqpUrl } from '../servers/rabbitmq-urls';
import type { ServerName } from '../servers/servers';
import { eventually } from '../test-broker';
import type { Listener } from './listener';
import { startProduct, type Product } from './product';

/** Ten minutes, as promised; shorter to try the test itself. */
const outageMs = Number(process.env['OUTAGE_S'] ?? 600) * 1_000;
const perListener = 20;
const listenerCount = 10;
const patience = outageMs + 15 * 60_000;

let product: Product;
let directory: string;
let video: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'long-outage-'));
  video = join(directory, 'video.mp4');
  await makeSample(video, { seconds: 1 });
  product = await startProduct();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

async function deadLetters(): Promise<number> {
  const connection = await connect(amqpUrl(product.stack.config));
  const channel = await connection.createChannel();
  const topology = buildTopology(queueNames, defaultRetryDelaysMs);
  const database = product.mongo.db(defaultDatabases.jobs);
  const letters = await takeLettersLeft(channel, topology, database);
  await connection.close();
  return letters.length;
}

async function uploadAll(listeners: readonly Listener[]): Promise<string[]> {
  const ids: string[] = [];
  for (let sent = 0; sent < perListener; sent += 1) {
    ids.push(...(await Promise.all(listeners.map((listener) => listener.submit(video)))));
  }
  return ids;
}

it.each<[string, ServerName]>([
  ['MongoDB', 'mongodb'],
  ['RabbitMQ', 'rabbitmq'],
  ['the mail server', 'inbox'],
])(
  'with 200 jobs queued %s goes away for ten minutes: all finish, and no attempt is used up',
  async (_name, server) => {
    const listeners: Listener[] = [];
    // One after the other: passwords are slow on purpose.
    while (listeners.length < listenerCount) listeners.push(await product.newListener());
    const ids = await uploadAll(listeners);
    await product.stack.crash(server);
    await delay(outageMs);
    await product.stack.start(server);
    const jobs = jobCollection(product.mongo.db(defaultDatabases.jobs));
    const mine = { _id: { $in: ids } };
    await eventually(
      'end of every job',
      async () => (await jobs.countDocuments({ ...mine, finishedAt: null })) === 0 || undefined,
      patience,
    );
    const ended = await jobs.find(mine).toArray();
    expect(ended).toHaveLength(perListener * listenerCount);
    expect(
      ended.filter(({ state, attempts, failures }) => {
        return state !== 'ready' || attempts !== 1 || failures.length > 0;
      }),
    ).toEqual([]);
    for (const { email } of listeners) {
      await product.inbox.waitForMails(email, perListener, patience);
    }
    expect(await deadLetters()).toBe(0);
    for (const { email } of listeners) {
      expect(await product.inbox.mails(email)).toHaveLength(perListener);
    }
  },
  patience,
);
