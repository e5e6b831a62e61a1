import { connect, type Socket } from 'node:net';
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
let token: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { MAX_QUEUED_PER_OWNER: '20' },
  );
  await whenReady(gateway);
  queues = await TestQueues.open(vhost.url);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}, 60_000);

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  const { videos, jobs } = gateway.stores;
  await videos.collection('fs.files').deleteMany({});
  await videos.collection('fs.chunks').deleteMany({});
  await jobs.deleteMany({});
  await queues.takeAll('video');
});

afterAll(async () => {
  await queues.close();
  await gateway.close();
  await vhost.drop();
});

/** A connection that shows what has come back on it so far. */
async function open(port = gateway.port): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  sockets.push(socket);
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString()));
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received: () => received };
}

function head(contentLength: number, extra: readonly string[] = []): string {
  return [
    'POST /upload HTTP/1.1',
    'Host: gateway',
    `Content-Type: ${formType['content-type']}`,
    `Content-Length: ${contentLength}`,
    ...extra,
    '',
    '',
  ].join('\r\n');
}

const authorized = () => `Authorization: Bearer ${token}`;
const countChunks = async () => (await countLeftovers(gateway)).chunks;
const body = formBody([filePart('a.mp4', Buffer.alloc(2_000_000, 1))]);

describe('a client that goes away', () => {
  test.each([
    ['in the middle of the file', 1_500_000],
    ['after the file, before the end of the form', body.length - 10],
  ])('%s leaves nothing behind', async (_case, sentBytes) => {
    const { socket } = await open();
    socket.write(head(body.length, [authorized(), 'X-Request-Id: gone']));
    socket.write(body.subarray(0, sentBytes));
    await until('there are chunks', async () => (await countChunks()) > 3);
    const logged = gateway.log.length;
    socket.destroy();
    await until('the request is over', () =>
      Promise.resolve(gateway.log.slice(logged).some(({ msg }) => msg === 'request')),
    );
    await until('nothing is left', async () => (await countChunks()) === 0);
    expect(await countLeftovers(gateway)).toEqual(nothing);
    expect(await queues.takeAll('video')).toHaveLength(0);
    expect(gateway.log.slice(logged)).toMatchObject([
      { msg: 'request', level: 'info', route: '/upload', status: null, brokenOff: true },
    ]);
  });

  test('right after its last byte leaves all or nothing', async () => {
    const { socket } = await open();
    socket.write(head(body.length, [authorized()]));
    const logged = gateway.log.length;
    socket.end(body, () => socket.destroy());
    await until('the request is over', () =>
      Promise.resolve(gateway.log.slice(logged).some(({ msg }) => msg === 'request')),
    );
    const accepted = { files: 1, chunks: 8, jobs: 1 };
    await until('all or nothing is left', async () => {
      const left = JSON.stringify(await countLeftovers(gateway));
      return [nothing, accepted].some((wanted) => JSON.stringify(wanted) === left);
    });
  });
});

test('a client that stands still is told so, and leaves nothing behind', async () => {
  const impatient = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { IDLE_TIMEOUT_MS: '400' },
  );
  try {
    const itsToken = impatient.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
    const { socket, received } = await open(impatient.port);
    socket.write(head(body.length, [`Authorization: Bearer ${itsToken}`]));
    socket.write(body.subarray(0, 1_500_000));
    await until('the answer is there', () =>
      Promise.resolve(received().endsWith('upload stood still for 400 ms')),
    );
    expect(received()).toMatch(/^HTTP\/1.1 408 /);
    expect(received()).toMatch(/^Connection: close\r$/m);
    expect(await countLeftovers(impatient)).toEqual(nothing);
  } finally {
    await impatient.close();
  }
});

describe('a client that asks before it sends', () => {
  const asking = 'Expect: 100-continue';
  const answered = (received: () => string, end: string) =>
    until(`there is ${end}`, () => Promise.resolve(received().endsWith(end)));

  test('is refused without sending when its token is', async () => {
    const { received } = await open().then((opened) => {
      opened.socket.write(head(body.length, [asking, 'Authorization: Bearer un.kno.wn']));
      return opened;
    });
    await answered(received, 'not authorized');
    expect(received()).toMatch(/^HTTP\/1.1 403 /);
    // Whether the body comes or not is unknown, so nothing else can come on this connection.
    expect(received()).toMatch(/^Connection: close\r$/m);
  });

  test('is refused without sending when it says that it would send too much', async () => {
    const { socket, received } = await open();
    socket.write(head(5 * 1024 ** 3, [asking, authorized()]));
    await answered(received, 'file too large (limit 4294967296 bytes)');
    expect(received()).toMatch(/^HTTP\/1.1 413 /);
  });

  test('is told to go on otherwise', async () => {
    const { socket, received } = await open();
    socket.write(head(body.length, [asking, authorized()]));
    await answered(received, 'HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    await answered(received, 'success!');
    expect(received()).not.toMatch(/^Connection: close\r$/m);
  });
});

describe('a body that is refused while it comes', () => {
  test('is read to its end, so that the client can read its answer', async () => {
    const large = formBody([filePart('a.mp4', Buffer.alloc(20_000_000, 1))]);
    const answer = await ask(`${gateway.url}/upload`, {
      method: 'POST',
      headers: { ...formType, authorization: 'Bearer un.kno.wn' },
      body: (sending) => {
        sending.setHeader('Content-Length', large.length);
        sending.end(large);
      },
    });
    expect(answer).toMatchObject({ status: 403, text: 'not authorized' });
  });

  test('leaves the connection fit for the next request', async () => {
    const { socket, received } = await open();
    const two = formBody([filePart('a.mp4', 'x'), filePart('b.mp4', Buffer.alloc(3_000_000))]);
    socket.write(head(two.length, [authorized()]));
    socket.write(two);
    await until('the first answer is there', () =>
      Promise.resolve(received().endsWith('exactly 1 file required')),
    );
    socket.write(`GET /jobs HTTP/1.1\r\nHost: gateway\r\n${authorized()}\r\n\r\n`);
    await until('the second answer is there', () =>
      Promise.resolve(received().endsWith('{"jobs":[],"next":null}')),
    );
  });
});

test('20 uploads at once: each file belongs to its job', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `${index}.mp4`);
  const answers = await Promise.all(
    names.map((name) =>
      ask(`${gateway.url}/upload`, {
        method: 'POST',
        headers: { ...formType, authorization: `Bearer ${token}` },
        body: formBody([filePart(name, Buffer.alloc(400_000, name))]),
      }),
    ),
  );
  expect(answers.map(({ text }) => text)).toEqual(names.map(() => 'success!'));
  const jobs = await gateway.stores.jobs.find().toArray();
  expect(jobs.map(({ source }) => source.name).sort()).toEqual([...names].sort());
  for (const { source } of jobs) {
    const chunk = await gateway.stores.videos
      .collection<{ files_id: unknown; n: number; data: { buffer: Uint8Array } }>('fs.chunks')
      .findOne({ files_id: source.fid, n: 0 });
    const start = Buffer.from(chunk?.data.buffer ?? []).subarray(0, source.name?.length);
    expect(start.toString()).toBe(source.name);
  }
  expect(await queues.takeAll('video')).toHaveLength(20);
});

test('a video of which a part was swept away meanwhile is not accepted', async () => {
  const large = formBody([filePart('a.mp4', Buffer.alloc(900_000, 1))]);
  const chunks = gateway.stores.videos.collection('fs.chunks');
  const answer = await ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { ...formType, authorization: `Bearer ${token}` },
    body: (sending) => {
      sending.setHeader('Content-Length', large.length);
      sending.write(large.subarray(0, 600_000));
      void until('the first chunk is swept', async () => {
        return (await chunks.deleteMany({})).deletedCount > 0;
      }).then(() => sending.end(large.subarray(600_000)));
    },
  });
  expect(answer).toMatchObject({ status: 503, text: 'service unavailable' });
  expect(await countLeftovers(gateway)).toEqual(nothing);
});
