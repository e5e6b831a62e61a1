import fc from 'fast-check';
import { ObjectId } from 'mongodb';
import { connect } from 'node:net';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import {
  storeFinishedJob,
  startTestGateway,
  type TestGateway,
  until,
  whenReady,
} from './test-gateway';
import { ask } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;
let token: string;
let fid: string;
let jobId: string;

const ann = { id: '7', address: 'ann@example.com' };
/** Three chunks of GridFS and a bit. */
const size = 3 * 255 * 1024 + 1_234;
const mp3 = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 253));

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
  ({ fid, jobId } = await storeFinishedJob(gateway, ann, 'My "Film".mkv', mp3));
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(gateway.url + path, { method, headers: { authorization: `Bearer ${token}`, ...headers } });

test('by fid: the whole MP3 as attachment <fid>.mp3', async () => {
  const answer = await get(`/download?fid=${fid}`);
  expect(answer.status).toBe(200);
  expect(answer.body.equals(mp3)).toBe(true);
  expect(answer.headers).toMatchObject({
    'content-type': 'audio/mpeg',
    'content-length': String(size),
    'content-disposition': `attachment; filename=${fid}.mp3`,
    'accept-ranges': 'bytes',
    etag: `"${fid}"`,
    'last-modified': expect.stringMatching(/ GMT$/) as string,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  });
});

test('by fid in capitals', async () => {
  expect((await get(`/download?fid=${fid.toUpperCase()}`)).status).toBe(200);
});

test('HEAD: the same head, no body, and a range means nothing to it', async () => {
  const answer = await get(`/download?fid=${fid}`, { range: 'bytes=0-1' }, 'HEAD');
  expect(answer).toMatchObject({ status: 200, text: '' });
  expect(answer.headers['content-length']).toBe(String(size));
});

test.each([
  ['no fid', '/download', 400, 'fid is required'],
  ['an empty fid', '/download?fid=', 400, 'fid is required'],
  ['an unknown fid', '/download?fid=0123456789abcdef01234567', 404, 'not found'],
  ['a malformed fid', '/download?fid=../../etc/passwd', 404, 'not found'],
  ['23 digits', '/download?fid=0123456789abcdef0123456', 404, 'not found'],
  ['two fids', '/download?fid=a&fid=b', 404, 'not found'],
  ['an operator of MongoDB', '/download?fid[$ne]=x', 400, 'fid is required'],
  ['an unknown job', '/jobs/0123456789abcdef01234567/mp3', 404, 'not found'],
])('%s: %s: %d %s', async (_case, path, status, text) => {
  expect(await get(path)).toMatchObject({ status, text });
});

test('an MP3 that no job made is nobody’s', async () => {
  const { fid: orphan } = await storeFinishedJob(gateway, ann, null, mp3);
  await gateway.stores.jobs.deleteMany({ _id: { $ne: jobId } });
  expect(await get(`/download?fid=${orphan}`)).toMatchObject({ status: 404, text: 'not found' });
});

test('a job whose MP3 has been deleted', async () => {
  const gone = await storeFinishedJob(gateway, ann, null, mp3);
  await gateway.stores.mp3s
    .collection<{ filename: string; _id: unknown }>('fs.files')
    .deleteMany({ $expr: { $eq: [{ $toString: '$_id' }, gone.fid] } });
  expect(await get(`/download?fid=${gone.fid}`)).toMatchObject({ status: 404, text: 'not found' });
});

test('an MP3 with a chunk missing breaks off, and the log says why', async () => {
  const broken = await storeFinishedJob(gateway, ann, null, mp3);
  const chunks = gateway.stores.mp3s.collection('fs.chunks');
  await chunks.deleteOne({
    n: 2,
    files_id: ObjectId.createFromHexString(broken.fid),
  });
  await expect(
    get(`/download?fid=${broken.fid}`, { 'x-request-id': 'broken' }),
  ).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(gateway.log.filter(({ requestId }) => requestId === 'broken')).toMatchObject([
    { level: 'error', msg: 'unexpected error' },
    { msg: 'request', status: 200, brokenOff: true },
  ]);
});

test('a job that has no MP3 yet: 409 with its state', async () => {
  const made = await storeFinishedJob(gateway, ann, null, mp3);
  await gateway.stores.jobs.updateOne(
    { _id: made.jobId },
    { $set: { mp3: null, state: 'waiting' } },
  );
  const answer = await get(`/jobs/${made.jobId}/mp3`);
  expect(answer).toMatchObject({ status: 409, text: 'no mp3: the job is waiting' });
});

describe('the name of the attachment, by job', () => {
  test.each([
    ['simple.mkv', 'attachment; filename=simple.mp3'],
    ['two words.mkv', 'attachment; filename="two words.mp3"'],
    ['say "hi".mp4', 'attachment; filename="say \\"hi\\".mp3"'],
    ['no extension', 'attachment; filename="no extension.mp3"'],
    ['Vol. 1 - Live', 'attachment; filename="Vol. 1 - Live.mp3"'],
    ['100%25.mp4', "attachment; filename=100%25.mp3; filename*=UTF-8''100%2525.mp3"],
    ['€ 5.mp4', 'attachment; filename="? 5.mp3"; filename*=UTF-8\'\'%E2%82%AC%205.mp3'],
    [
      '👩‍🚀.mp4',
      'attachment; filename="?????.mp3"; filename*=UTF-8\'\'%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80.mp3',
    ],
  ])('%s', async (sourceName, disposition) => {
    const named = await storeFinishedJob(gateway, ann, sourceName, Buffer.from('mp3'));
    const answer = await get(`/jobs/${named.jobId}/mp3`);
    expect(answer).toMatchObject({ status: 200, text: 'mp3' });
    expect(answer.headers['content-disposition']).toBe(disposition);
  });

  test('of a source without a name: the fid', async () => {
    const named = await storeFinishedJob(gateway, ann, null, Buffer.from('mp3'));
    const answer = await get(`/jobs/${named.jobId}/mp3`);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename=${named.fid}.mp3`);
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-99', 0, 99],
    ['bytes=100-100', 100, 100],
    ['bytes=261119-261120', 261_119, 261_120], // The last byte of a chunk and the first of the next.
    [`bytes=${size - 1}-`, size - 1, size - 1],
    ['bytes=500000-', 500_000, size - 1],
    ['bytes=500000-99999999', 500_000, size - 1],
    ['bytes=-1000', size - 1000, size - 1],
    ['bytes=-99999999', 0, size - 1],
    ['BYTES = 5-9', 5, 9],
  ])('%s: 206', async (range, first, last) => {
    const answer = await get(`/download?fid=${fid}`, { range });
    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${first}-${last}/${size}`,
      'content-length': String(last - first + 1),
      etag: `"${fid}"`,
    });
    expect(answer.body.equals(mp3.subarray(first, last + 1))).toBe(true);
  });

  test.each(['bytes=0-1,5-6', 'bytes=9-3', 'bytes=-', 'bytes', 'lines=0-9', 'bytes=a-b'])(
    '%s: means the whole file',
    async (range) => {
      const answer = await get(`/download?fid=${fid}`, { range });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('content-range');
      expect(answer.body.equals(mp3)).toBe(true);
    },
  );

  test.each([`bytes=${size}-`, 'bytes=99999999-', 'bytes=-0'])('%s: 416', async (range) => {
    const answer = await get(`/download?fid=${fid}`, { range });
    expect(answer).toMatchObject({ status: 416, text: 'range not satisfiable' });
    expect(answer.headers['content-range']).toBe(`bytes */${size}`);
    expect(answer.headers).not.toHaveProperty('content-disposition');
  });

  test('any two places give the bytes between them', async () => {
    const place = fc.integer({ min: 0, max: size - 1 });
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const { body } = await get(`/download?fid=${fid}`, { range: `bytes=${first}-${last}` });
        expect(body.equals(mp3.subarray(first, last + 1))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a condition', () => {
  const past = 'Tue, 01 Jan 2002 00:00:00 GMT';
  const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
  let lastModified: string;

  beforeAll(async () => {
    lastModified = (await get(`/download?fid=${fid}`, {}, 'HEAD')).headers['last-modified'] ?? '';
  });

  test.each<[string, number, () => Record<string, string>]>([
    ['If-None-Match with its tag', 304, () => ({ 'if-none-match': `"${fid}"` })],
    [
      'If-None-Match with its tag among others',
      304,
      () => ({ 'if-none-match': `"a", W/"${fid}"` }),
    ],
    ['If-None-Match with another', 200, () => ({ 'if-none-match': '"other"' })],
    ['If-Modified-Since its date', 304, () => ({ 'if-modified-since': lastModified })],
    ['If-Modified-Since long ago', 200, () => ({ 'if-modified-since': past })],
    ['If-Match with its tag', 200, () => ({ 'if-match': `"a", "${fid}"` })],
    ['If-Match with anything', 200, () => ({ 'if-match': '*' })],
    ['If-Match with another', 412, () => ({ 'if-match': '"other"' })],
    ['If-Match with its tag as a weak one', 412, () => ({ 'if-match': `W/"${fid}"` })],
    ['If-Unmodified-Since its date', 200, () => ({ 'if-unmodified-since': lastModified })],
    ['If-Unmodified-Since long ago', 412, () => ({ 'if-unmodified-since': past })],
    ['If-Range with its tag', 206, () => ({ range: 'bytes=0-1', 'if-range': `"${fid}"` })],
    ['If-Range with another', 200, () => ({ range: 'bytes=0-1', 'if-range': '"other"' })],
    ['If-Range with a weak tag', 200, () => ({ range: 'bytes=0-1', 'if-range': `W/"${fid}"` })],
    ['If-Range with its date', 206, () => ({ range: 'bytes=0-1', 'if-range': lastModified })],
    ['If-Range with another date', 200, () => ({ range: 'bytes=0-1', 'if-range': future })],
  ])('%s: %d', async (_case, status, headers) => {
    const answer = await get(`/download?fid=${fid}`, headers());
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body.equals(mp3)).toBe(true);
    if (status === 304) {
      expect(answer.text).toBe('');
      expect(answer.headers.etag).toBe(`"${fid}"`);
    }
  });
});

describe('a client that stops reading', () => {
  const requestIsOver = (on: TestGateway) =>
    until('the request is over', () => Promise.resolve(on.log.some(isDownload)));
  const isDownload = ({ msg, route }: Record<string, unknown>) =>
    msg === 'request' && route === '/download';

  let other: TestGateway;

  /** A gateway of its own, whose log is of this one download. */
  const startOther = async (idleTimeoutMs: number) => {
    const servers = { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url };
    other = await startTestGateway(servers, { IDLE_TIMEOUT_MS: String(idleTimeoutMs) });
    await whenReady(other);
  };

  afterEach(async () => {
    await other.close();
  });

  const readAndStop = async () => {
    const large = await storeFinishedJob(other, ann, null, Buffer.alloc(40_000_000, 3));
    const itsToken = other.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
    const socket = connect({ port: other.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write(
      `GET /download?fid=${large.fid} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${itsToken}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    return socket;
  };

  test('and goes away ends the reading, and is no error in the log', async () => {
    await startOther(60_000);
    const socket = await readAndStop();
    socket.destroy();
    await requestIsOver(other);
    // Waits for whatever is still reading.
    await other.stop();
    expect(other.log.filter(isDownload)).toMatchObject([{ brokenOff: true }]);
    expect(other.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('and stays is cut off', async () => {
    await startOther(500);
    const socket = await readAndStop();
    await requestIsOver(other);
    expect(other.log.filter(isDownload)).toMatchObject([{ brokenOff: true }]);
    socket.destroy();
  });
});
