import { connect } from 'node:net';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { startTestGateway, type TestGateway, until, whenReady } from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;
let token: string;

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { MAX_UPLOAD_BYTES: '700000', MAX_BACKLOG: '2', MAX_QUEUED_PER_OWNER: '1' },
  );
  await whenReady(gateway);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}, 60_000);

beforeEach(() => gateway.stores.jobs.deleteMany({}));

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const results = ['accepted', 'refused', 'failed'] as const;
type Counts = Readonly<Record<(typeof results)[number], number>>;

async function metric(series: string): Promise<number> {
  const { text } = await ask(`${gateway.adminUrl}/metrics`);
  const line = text.split('\n').find((written) => written.startsWith(`${series} `));
  if (line === undefined) throw new Error(`no series ${series}`);
  return Number(line.slice(series.length));
}

async function countUploads(): Promise<Counts> {
  const counts = results.map(async (result) => [
    result,
    await metric(`uploads_total{result="${result}"}`),
  ]);
  return Object.fromEntries(await Promise.all(counts)) as Counts;
}

/** What an action adds to the counter; every upload of it must be over. */
async function added(act: () => Promise<unknown>): Promise<Counts> {
  const before = await countUploads();
  await act();
  const after = await countUploads();
  const differences = results.map((result) => [result, after[result] - before[result]]);
  return Object.fromEntries(differences) as Counts;
}

const form = formBody([filePart('a.mkv', Buffer.alloc(300_000, 1))]);
const upload = (body: Buffer = form, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...formType, ...headers },
    body,
  });

test('an accepted upload counts, with the size of its video', async () => {
  const [sum, count] = [
    await metric('upload_size_bytes_sum'),
    await metric('upload_size_bytes_count'),
  ];
  expect(await added(() => upload())).toEqual({ accepted: 1, refused: 0, failed: 0 });
  expect(await metric('upload_size_bytes_sum')).toBe(sum + 300_000);
  expect(await metric('upload_size_bytes_count')).toBe(count + 1);
});

test.each([
  ['without a token', 401, () => upload(form, { authorization: '' })],
  ['whose declared size is too large', 413, () => upload(Buffer.alloc(2_000_000))],
  ['without a file', 400, () => upload(formBody([]))],
  ['that is too large', 413, () => upload(formBody([filePart('a.mkv', Buffer.alloc(700_001, 1))]))],
])('one %s is refused', async (_case, status, act) => {
  const counts = await added(async () => {
    expect(await act()).toMatchObject({ status });
  });
  expect(counts).toEqual({ accepted: 0, refused: 1, failed: 0 });
});

test('one beyond the backlog is refused, although it is answered 503', async () => {
  for (let index = 0; index < 3; index += 1) expect(await upload()).toMatchObject({ status: 200 });
  const counts = await added(async () => {
    expect(await upload()).toMatchObject({ status: 503, text: 'too many videos are waiting' });
  });
  expect(counts).toEqual({ accepted: 0, refused: 1, failed: 0 });
});

test('one that finds auth away has failed', async () => {
  gateway.auth.failWith = 500;
  const counts = await added(async () => {
    expect(await upload()).toMatchObject({ status: 503 });
  });
  gateway.auth.failWith = undefined;
  expect(counts).toEqual({ accepted: 0, refused: 0, failed: 1 });
});

test('one that breaks off has failed', async () => {
  const counts = await added(async () => {
    const { failed } = await countUploads();
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    const head = [
      'POST /upload HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${token}`,
      `Content-Type: ${formType['content-type']}`,
      `Content-Length: ${form.length}`,
      '\r\n',
    ].join('\r\n');
    socket.write(Buffer.concat([Buffer.from(head), form.subarray(0, 270_000)]));
    const chunks = gateway.stores.videos.collection('fs.chunks');
    const stored = await chunks.countDocuments();
    await until('a chunk is stored', async () => (await chunks.countDocuments()) > stored);
    socket.destroy();
    await until('it is counted', async () => (await countUploads()).failed > failed);
  });
  expect(counts).toEqual({ accepted: 0, refused: 0, failed: 1 });
});
