import { type PrivateStack, startPrivateStack } from '../local/private-stack';
import { mongoUrl } from '../local/servers/mongodb';
import { amqpUrl } from '../local/servers/rabbitmq-urls';
import {
  conditionOf,
  countLeftovers,
  startTestGateway,
  storeFinishedJob,
  type TestGateway,
  TestQueues,
  until,
  whenReady,
} from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let stack: PrivateStack;
let gateway: TestGateway;
let token: string;

beforeAll(async () => {
  stack = await startPrivateStack();
  gateway = await startTestGateway(
    { mongoUrl: mongoUrl(stack.config), rabbitmqUrl: amqpUrl(stack.config) },
    { MONGO_SELECT_TIMEOUT_MS: '500', PUBLISH_TIMEOUT_MS: '1000', AUTH_TIMEOUT_MS: '1000' },
  );
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await stack.close();
}, 60_000);

const upload = () =>
  ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { ...formType, authorization: `Bearer ${token}` },
    body: formBody([filePart('a.mp4', Buffer.alloc(600_000, 1))]),
  });

const get = (path: string) =>
  ask(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });

const unavailable = { status: 503, text: 'service unavailable' };
const success = { status: 200, text: 'success!' };

async function expectOneAccepted(): Promise<void> {
  expect(await upload()).toMatchObject(success);
  const queues = await TestQueues.open(amqpUrl(stack.config));
  expect(await queues.takeAll('video')).toHaveLength(1);
  await queues.close();
  expect(await countLeftovers(gateway)).toEqual({ files: 1, chunks: 3, jobs: 1 });
  await dropVideos();
}

async function dropVideos(): Promise<void> {
  await gateway.stores.videos.collection('fs.files').deleteMany({});
  await gateway.stores.videos.collection('fs.chunks').deleteMany({});
  await gateway.stores.jobs.deleteMany({});
}

// One after the other on one gateway that is never restarted: that is the point.

test('with everything away it starts, lives, is not ready and says what is missing', async () => {
  const readyz = await ask(`${gateway.adminUrl}/readyz`);
  expect(readyz.status).toBe(503);
  expect(JSON.parse(readyz.text)).toMatchObject({
    conditions: { mongodb: { ok: false }, rabbitmq: { ok: false }, auth: { ok: true } },
  });
  expect(await ask(`${gateway.adminUrl}/livez`)).toMatchObject({ status: 200 });
  const answer = await upload();
  expect(answer).toMatchObject(unavailable);
  expect(answer.headers['retry-after']).toBe('5');
});

test('it is ready by itself once the servers are there, with queues and indexes', async () => {
  await stack.start('mongodb');
  await stack.start('rabbitmq');
  await whenReady(gateway);
  await expectOneAccepted();
  const indexes = await gateway.stores.jobs.indexes();
  expect(indexes.map(({ name }) => name)).toContain('owner-id-newest');
  const chunkIndexes = await gateway.stores.videos.collection('fs.chunks').indexes();
  expect(chunkIndexes).toContainEqual(
    expect.objectContaining({ key: { files_id: 1, n: 1 }, unique: true }),
  );
}, 60_000);

test.each(['stop', 'crash'] as const)(
  'RabbitMQ: %s and back; uploads go on and are held',
  async (end) => {
    await stack[end]('rabbitmq');
    expect(await upload()).toMatchObject(success);
    expect(await countLeftovers(gateway)).toEqual({ files: 1, chunks: 3, jobs: 1 });
    expect(await gateway.stores.jobs.countDocuments({ publishedAt: null })).toBe(1);
    expect((await get('/jobs')).status).toBe(200);
    expect(await conditionOf(gateway, 'rabbitmq')).toMatchObject({ ok: false });
    expect((await ask(`${gateway.adminUrl}/readyz`)).status).toBe(200);
    await stack.start('rabbitmq');
    await whenReady(gateway);
    await dropVideos();
    await expectOneAccepted();
  },
  90_000,
);

test.each(['stop', 'crash'] as const)(
  'MongoDB: %s and back',
  async (end) => {
    const { fid } = await storeFinishedJob(
      gateway,
      { id: '7', address: 'x' },
      'a',
      Buffer.from('mp3'),
    );
    await stack[end]('mongodb');
    for (const answer of [await upload(), await get('/jobs'), await get(`/download?fid=${fid}`)]) {
      expect(answer).toMatchObject(unavailable);
    }
    await stack.start('mongodb');
    await whenReady(gateway);
    expect(await get(`/download?fid=${fid}`)).toMatchObject({ status: 200, text: 'mp3' });
    await gateway.stores.jobs.deleteMany({});
    await expectOneAccepted();
  },
  90_000,
);

test('MongoDB ends in the middle of an upload: 503, and no job', async () => {
  const body = formBody([filePart('a.mp4', Buffer.alloc(2_000_000, 1))]);
  const answer = await ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { ...formType, authorization: `Bearer ${token}` },
    body: (sending) => {
      sending.setHeader('Content-Length', body.length);
      sending.write(body.subarray(0, 1_000_000));
      void stack.crash('mongodb').then(() => sending.end(body.subarray(1_000_000)));
    },
  });
  expect(answer).toMatchObject(unavailable);
  await stack.start('mongodb');
  await whenReady(gateway);
  expect(await countLeftovers(gateway)).toMatchObject({ files: 0, jobs: 0 });
  await gateway.stores.videos.collection('fs.chunks').deleteMany({});
}, 60_000);

test('auth: away and back', async () => {
  await gateway.auth.stop();
  const breakerIs = async (value: number) =>
    (await ask(`${gateway.adminUrl}/metrics`)).text.includes(
      `breaker_state{dependency="auth"} ${value}`,
    );
  await until('the breaker is open', async () => {
    expect(await get('/jobs')).toMatchObject(unavailable);
    return breakerIs(2);
  });
  expect(await upload()).toMatchObject(unavailable);
  await gateway.auth.start();
  // It closes with the first request that it lets through.
  await until('auth is asked again', async () => (await get('/jobs')).status === 200);
  expect(await breakerIs(0)).toBe(true);
});

test.each([500, 404, 302])('auth that answers %d is away', async (status) => {
  gateway.auth.failWith = status;
  expect(await get('/jobs')).toMatchObject(unavailable);
  gateway.auth.failWith = undefined;
});

test('nothing of all this was an unexpected error', () => {
  expect(gateway.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});
