import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStores } from '../../dead-letters/stores';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';
import type { Listener } from './listener';

const maxBacklog = 2;

let product: LightProduct;
let listener: Listener;
let directory: string;
let video: Blob;
const accepted: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'data-lost-'));
  const path = join(directory, 'video.mp4');
  await makeSample(path, { seconds: 1 });
  video = new Blob([await readFile(path)]);
  product = await LightProduct.open({
    ownBroker: true,
    retryDelaysMs: [10_000],
    environment: {
      MAX_BACKLOG: String(maxBacklog),
      RELAY_EVERY_MS: '200',
      LOST_AFTER_MS: '2000',
    },
  });
  await product.start('auth', 'gateway', 'relay');
  listener = await product.newListener();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

const upload = () => listener.upload([{ field: 'file', name: 'video.mp4', content: video }]);

async function accept(): Promise<string> {
  const response = await upload();
  expect([response.status, await response.text()]).toEqual([200, 'success!']);
  const id = response.headers.get('location')?.slice('/jobs/'.length) ?? '';
  accepted.push(id);
  return id;
}

/** Announces a body and sends none of it; the answer comes nevertheless. */
function uploadWithoutBody(): Promise<{ status: number | undefined; retryAfter: unknown }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${product.url}/upload`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${listener.token}`,
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': 1_000_000,
      },
    });
    sending.once('response', (response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      sending.destroy();
    });
    sending.once('error', reject);
    sending.flushHeaders();
  });
}

async function stateIs(id: string, state: string): Promise<void> {
  await eventually(`state ${state}`, async () => {
    return (await product.jobs.findOne({ _id: id }))?.state === state || undefined;
  });
}

it('has jobs in the queue, one that waits and a mail to send', async () => {
  await product.start('converter');
  await stateIs(await accept(), 'ready');
  expect(await product.stop('converter')).toBe(0);
  await product.startWith('converter', { TRANSCODE_TIMEOUT_MS: '100' });
  await stateIs(await accept(), 'waiting');
  // The record comes first; killed in between, the worker leaves the message in its queue.
  await eventually('its copy in the delay queue', async () => {
    return (await product.queued())['video.retry.10s'] === 1 || undefined;
  });
  await product.kill('converter');
  await accept();
  await accept();
  expect(await product.queued()).toEqual({ video: 2, 'video.retry.10s': 1, mp3: 1 });
}, 60_000);

it('takes uploads without RabbitMQ, until the backlog is full', async () => {
  await product.stack.stop('rabbitmq');
  for (let held = 0; held < maxBacklog; held += 1) await accept();
  expect(await product.jobs.countDocuments({ publishedAt: null })).toBe(maxBacklog);
  const files = await product.databases.videos.collection('fs.files').countDocuments();
  expect(await uploadWithoutBody()).toEqual({
    status: 503,
    retryAfter: expect.stringMatching(/^\d+$/) as string,
  });
  const refused = await upload();
  await refused.text();
  expect(refused.status).toBe(503);
  expect(await product.databases.videos.collection('fs.files').countDocuments()).toBe(files);
}, 60_000);

it('ends everything once when RabbitMQ comes back without its data', async () => {
  const { stack } = product;
  await rm(join(stack.config.stateDirectory, 'rabbitmq'), { recursive: true });
  await Promise.all([stack.start('rabbitmq'), product.start('converter', 'notification')]);
  await product.jobsEnded();
  const mails = await product.inbox.waitForMails(listener.email, accepted.length, 30_000);
  await eventually('empty queues', async () => {
    return Object.keys(await product.queued()).length === 0 || undefined;
  });
  const jobs = await product.jobs.find().toArray();
  expect(jobs.map(({ _id }) => _id).sort()).toEqual(accepted.sort());
  const mp3s = jobs.map(({ state, mp3 }) => (state === 'ready' ? String(mp3?.fid) : state)).sort();
  const stored = await product.databases.mp3s.collection('fs.files').find().toArray();
  expect(stored.map(({ _id }) => String(_id)).sort()).toEqual(mp3s);
  const named = mails.map(({ text }) => /file_id: (\w+)/.exec(text)?.[1] ?? text);
  expect(named.sort()).toEqual(mp3s);
  // It may be given out again with the queue: the second copy meets finished work.
  expect(await product.inbox.mails(listener.email)).toHaveLength(accepted.length);
  expect((await accept()).length).toBeGreaterThan(0);
}, 120_000);

it('files the letter of a job that died, when RabbitMQ lost that with its data', async () => {
  const { stack } = product;
  expect(await product.stop('relay')).toBe(0);
  expect(await product.stop('converter')).toBe(0);
  await product.startWith('converter', { TRANSCODE_TIMEOUT_MS: '100', MAX_ATTEMPTS: '1' });
  const id = await accept();
  await stateIs(id, 'dead');
  await eventually('its dead letter', async () => {
    return (await product.queued())['video.dead'] === 1 || undefined;
  });
  await stack.stop('rabbitmq');
  await rm(join(stack.config.stateDirectory, 'rabbitmq'), { recursive: true });
  await Promise.all([stack.start('rabbitmq'), product.start('relay')]);
  const { letters } = openStores(product.databases.jobs);
  const letter = await eventually('its letter on file', async () => {
    return (await letters.findOne({ jobId: id })) ?? undefined;
  });
  expect(letter).toMatchObject({
    workQueue: 'video',
    state: 'open',
    problem: null,
    last: { reason: 'attempts-exhausted', step: 'transcode', attempts: 1 },
  });
}, 120_000);
