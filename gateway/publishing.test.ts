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
  await queues.close();
  await gateway.close();
  await vhost.drop();
});

async function start(): Promise<void> {
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
}

const upload = () =>
  ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: {
      ...formType,
      authorization: `Bearer ${gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' })}`,
    },
    body: formBody([filePart('a.mp4', Buffer.alloc(300_000, 1))]),
  });

const warnings = (msg: string) => gateway.log.filter((line) => line['msg'] === msg);

test('a full queue refuses the message: 503, no file, no job, no message', async () => {
  await start();
  await callManagement(vhost.api, 'PUT', `/api/policies/${vhost.name}/full`, {
    pattern: '^video$',
    definition: { 'max-length': 1, overflow: 'reject-publish' },
    'apply-to': 'queues',
  });
  // A quorum queue's limit is a soft one, so it takes a few more than it says.
  let accepted = 0;
  let answer = await upload();
  while (answer.status === 200 && accepted < 20) {
    accepted += 1;
    answer = await upload();
  }
  expect(answer).toMatchObject({ status: 503, text: 'service unavailable' });
  expect(await countLeftovers(gateway)).toEqual({
    files: accepted,
    chunks: 2 * accepted,
    jobs: accepted,
  });
  expect(await queues.takeAll('video')).toHaveLength(accepted);
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
  const connections = (await callManagement(vhost.api, 'GET', path)) as { name: string }[];
  for (const { name } of connections) {
    await callManagement(vhost.api, 'DELETE', `/api/connections/${encodeURIComponent(name)}`);
  }
  queues = await TestQueues.open(vhost.url);
  await until('an upload is accepted', async () => (await upload()).status === 200);
  expect(await queues.takeAll('video')).toHaveLength((await countLeftovers(gateway)).jobs);
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
  const said = warnings('queue exists with other arguments; used as it is');
  expect(said.map(({ queue }) => queue)).toEqual(['video', 'mp3']);
  expect(await countLeftovers(gateway)).not.toEqual(nothing);
});
