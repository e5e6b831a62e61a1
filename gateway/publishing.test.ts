import { Collection, MongoNetworkError } from 'mongodb';
import { callManagement } from '../local/servers/rabbitmq-urls';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import {
  countLeftovers,
  nothing,
  startTestGateway,
  type TestGateway,
  TestQueues,
  until,
  whenReady,
} from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;
let queues: TestQueues;

beforeEach(async () => {
  vhost = await createVhost();
  queues = await TestQueues.open(vhost.url);
}, 60_000);

afterEach(async () => {
  jest.restoreAllMocks();
  await queues.close();
  await gateway.close();
  await vhost.drop();
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const servers = { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url };
  gateway = await startTestGateway(servers, environment);
  await whenReady(gateway);
}

const ann = { sub: '7', username: 'ann@example.com' };

const headersOf = (user: typeof ann) => ({
  ...formType,
  authorization: `Bearer ${gateway.auth.tokenOf(user)}`,
});

const upload = (user = ann) =>
  ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: headersOf(user),
    body: formBody([filePart('a.mp4', Buffer.alloc(300_000, 1))]),
  });

const warnings = (msg: string) => gateway.log.filter((line) => line['msg'] === msg);

const held = () => gateway.stores.jobs.countDocuments({ publishedAt: null });

test('a full queue holds nobody up: the job is held', async () => {
  await start();
  await callManagement(vhost.api, 'PUT', `/api/policies/${vhost.name}/full`, {
    pattern: '^video$',
    definition: { 'max-length': 1, overflow: 'reject-publish' },
    'apply-to': 'queues',
  });
  // A quorum queue's limit is a soft one, so it takes a few more than it says.
  let accepted = 0;
  while ((await held()) === 0 && accepted < 20) {
    expect(await upload()).toMatchObject({ status: 200, text: 'success!' });
    accepted += 1;
  }
  expect(await held()).toBe(1);
  expect(await countLeftovers(gateway)).toEqual({
    files: accepted,
    chunks: 2 * accepted,
    jobs: accepted,
  });
  expect(await queues.takeAll('video')).toHaveLength(accepted - 1);
});

test('an owner has so many jobs in the queue and no more; another’s goes out at once', async () => {
  await start({ MAX_QUEUED_PER_OWNER: '2' });
  for (let sent = 0; sent < 4; sent += 1) expect(await upload()).toMatchObject({ status: 200 });
  expect(await upload({ sub: '8', username: 'bob@example.com' })).toMatchObject({ status: 200 });
  const bodies = (await queues.takeAll('video')).map(
    ({ content }) => JSON.parse(content.toString()) as { username: string },
  );
  expect(bodies.map(({ username }) => username)).toEqual([
    'ann@example.com',
    'ann@example.com',
    'bob@example.com',
  ]);
  expect(await held()).toBe(2);
});

test('beyond the backlog an upload is refused before its body is read', async () => {
  await start({ MAX_QUEUED_PER_OWNER: '1', MAX_BACKLOG: '1' });
  expect(await upload()).toMatchObject({ status: 200 });
  expect(await upload()).toMatchObject({ status: 200 });
  const before = await countLeftovers(gateway);
  const answer = await ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: headersOf(ann),
    body: (sending) => {
      sending.setHeader('Content-Length', 300_000);
      sending.flushHeaders(); // And nothing of the body.
    },
  });
  expect(answer).toMatchObject({ status: 503, text: 'too many videos are waiting' });
  expect(answer.headers['retry-after']).toBe('60');
  expect(await countLeftovers(gateway)).toEqual(before);
  await gateway.stores.jobs.updateMany({}, { $set: { finishedAt: new Date() } });
  expect(await upload()).toMatchObject({ status: 200 });
});

test.each([
  ['is taken back', {}, nothing],
  ['stays when it is published', { publishedAt: new Date() }, { files: 1, chunks: 2, jobs: 1 }],
  ['stays when a worker has it', { state: 'converting' }, { files: 1, chunks: 2, jobs: 1 }],
])('a record that was written without an answer %s', async (_, since, left) => {
  await start();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the same collection.
  const insertOne = Collection.prototype.insertOne;
  jest.spyOn(Collection.prototype, 'insertOne').mockImplementation(async function (
    this: Collection,
    ...args
  ) {
    const inserted = await insertOne.apply(this, args);
    if (this.collectionName !== 'jobs') return inserted;
    if (Object.keys(since).length > 0) await this.updateOne({}, { $set: since });
    throw new MongoNetworkError('no answer');
  });
  expect(await upload()).toMatchObject({ status: 503 });
  expect(await countLeftovers(gateway)).toEqual(left);
});

test('a queue that somebody deleted is made again', async () => {
  await start();
  await queues.channel.deleteQueue('video');
  expect(await upload()).toMatchObject({ status: 200 });
  expect(await queues.takeAll('video')).toHaveLength(1);
});

test('a broker that closes the connection is connected to again', async () => {
  await start();
  await queues.close();
  const path = `/api/vhosts/${vhost.name}/connections`;
  const connects = () => gateway.log.filter(({ msg }) => msg === 'rabbitmq: connected').length;
  // What is uploaded before it is connected again is held, for a relay that is not here.
  await until('it is connected again', async () => {
    // The console learns of connections only some seconds after they were made and ended.
    for (const { name } of (await callManagement(vhost.api, 'GET', path)) as { name: string }[]) {
      const connection = `/api/connections/${encodeURIComponent(name)}`;
      await callManagement(vhost.api, 'DELETE', connection).catch(() => undefined);
    }
    return connects() > 1;
  });
  queues = await TestQueues.open(vhost.url);
  expect(await upload()).toMatchObject({ status: 200 });
  expect(await queues.takeAll('video')).toHaveLength(1);
});

test('the tutorial’s classic queues are used as they are, and said so once', async () => {
  await queues.channel.assertQueue('video', { durable: true });
  await queues.channel.assertQueue('mp3', { durable: true });
  await start();
  expect(await upload()).toMatchObject({ status: 200 });
  expect(await queues.takeAll('video')).toHaveLength(1);
  // Has the topology declared once more, and mp3 is still another one.
  await queues.channel.deleteQueue('video');
  expect(await upload()).toMatchObject({ status: 200 });
  const said = warnings('queue exists with other arguments; it is used as it is');
  expect(said.map(({ queue }) => queue)).toEqual(['video', 'mp3']);
  expect(await countLeftovers(gateway)).not.toEqual(nothing);
});
