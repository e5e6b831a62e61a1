import { connect } from 'node:net';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import {
  countLeftovers,
  nothing,
  startTestGateway,
  type TestGateway,
  until,
  whenReady,
} from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;

beforeAll(async () => {
  vhost = await createVhost();
}, 60_000);

afterEach(async () => {
  await gateway.close();
});

afterAll(async () => {
  await vhost.drop();
});

async function start(shutdownTimeoutMs: number): Promise<string> {
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { STOP_TIMEOUT_MS: String(shutdownTimeoutMs) },
  );
  await whenReady(gateway);
  return gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}

const body = formBody([filePart('a.mp4', Buffer.alloc(2_000_000, 1))]);

/** Sends all but the end of an upload, and the end once `go` resolves. */
function halfUpload(token: string, go: Promise<void>) {
  return ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { ...formType, authorization: `Bearer ${token}` },
    body: (sending) => {
      sending.setHeader('Content-Length', body.length);
      sending.write(body.subarray(0, 1_900_000));
      void go.then(() => sending.end(body.subarray(1_900_000)));
    },
  });
}

const uploadIsUnderWay = () =>
  until('an upload is under way', async () => (await countLeftovers(gateway)).chunks > 3);

test('a stop lets a running upload end, takes nothing new and is not ready meanwhile', async () => {
  const token = await start(30_000);
  let go: () => void = () => undefined;
  const upload = halfUpload(token, new Promise((resolve) => (go = resolve)));
  await uploadIsUnderWay();
  const stopped = gateway.stop();
  const readyz = await ask(`${gateway.adminUrl}/readyz`);
  expect(readyz.status).toBe(503);
  expect(readyz.text).toContain('shutting down');
  await expect(ask(`${gateway.url}/jobs`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  go();
  expect(await upload).toMatchObject({ status: 200, text: 'success!' });
  await stopped;
  await expect(ask(`${gateway.adminUrl}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await countLeftovers(gateway)).toMatchObject({ files: 1, jobs: 1 });
});

test('an upload that outlasts the deadline is cut off and leaves nothing behind', async () => {
  const token = await start(200);
  const upload = expect(halfUpload(token, new Promise(() => undefined))).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  await uploadIsUnderWay();
  await gateway.stop();
  await upload;
  expect(await countLeftovers(gateway)).toEqual(nothing);
});

test('a connection that the client keeps does not hold a stop up after its request', async () => {
  const token = await start(30_000);
  const socket = connect({ port: gateway.port, host: '127.0.0.1' });
  const head = `POST /upload HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${token}\r\n`;
  socket.write(`${head}Content-Type: ${formType['content-type']}\r\n`);
  socket.write(`Content-Length: ${body.length}\r\n\r\n`);
  socket.write(body.subarray(0, 1_900_000));
  await uploadIsUnderWay();
  const stopped = gateway.stop();
  const answered = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.write(body.subarray(1_900_000));
  expect((await answered).toString()).toMatch(/^HTTP\/1.1 200 /);
  await stopped;
  socket.destroy();
});

test('an idle connection does not hold a stop up', async () => {
  await start(30_000);
  const socket = connect({ port: gateway.port, host: '127.0.0.1' });
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
  await answered;
  await gateway.stop();
  socket.destroy();
});
