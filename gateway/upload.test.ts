import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { headerNames } from '../contracts/headers';
import { openBucket } from '../contracts/gridfs';
import { decodeMessage, videoMessageSchema } from '../contracts/message';
import {
  countLeftovers,
  nothing,
  startTestGateway,
  type TestGateway,
  TestQueues,
  whenReady,
} from './test-gateway';
import { ask, fieldPart, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;
let queues: TestQueues;
let token: string;

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { MAX_UPLOAD_BYTES: '700000' },
  );
  await whenReady(gateway);
  queues = await TestQueues.open(vhost.url);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}, 60_000);

afterEach(async () => {
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

interface Upload {
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

const upload = ({ body, headers = {} }: Upload) =>
  ask(`${gateway.url}/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: '*/*', ...formType, ...headers },
    body,
  });

async function storedBytes(): Promise<Buffer[]> {
  const bucket = openBucket(gateway.stores.client, gateway.stores.videos.databaseName);
  const files = await bucket.find().toArray();
  return Promise.all(
    files.map(async ({ _id }) => Buffer.concat(await bucket.openDownloadStream(_id).toArray())),
  );
}

/** Neither a multiple of a GridFS chunk nor shorter than one. */
const video = Buffer.from(Array.from({ length: 600_001 }, (_, index) => index % 251));

describe('an accepted upload', () => {
  test('is a file with our mark, a job and a message, and answers success!', async () => {
    const answer = await upload({ body: formBody([filePart('holiday.mkv', video)]) });
    expect(answer).toMatchObject({ status: 200, text: 'success!' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    const id = /^\/jobs\/([0-9a-f]{24})$/.exec(answer.headers.location ?? '')?.[1] ?? 'no location';

    expect(await gateway.stores.jobs.find().toArray()).toMatchObject([
      {
        _id: id,
        owner: { id: '7', address: 'ann@example.com' },
        source: { name: 'holiday.mkv', bytes: video.length },
        state: 'queued',
        attempts: 0,
        mp3: null,
        publishedAt: expect.any(Date) as Date,
      },
    ]);
    const files = await gateway.stores.videos.collection('fs.files').find().toArray();
    expect(files).toMatchObject([
      {
        filename: 'holiday.mkv',
        length: video.length,
        metadata: { storedBy: 'video-to-mp3', jobId: id, claimToken: null },
      },
    ]);
    expect(String(files[0]?._id)).toBe(id);
    expect((await storedBytes())[0]?.equals(video)).toBe(true);

    const messages = await queues.takeAll('video');
    expect(messages).toHaveLength(1);
    const [{ content, properties }] = messages as [(typeof messages)[0]];
    // Word for word what the tutorial's consumer reads, and our id beside it.
    expect(JSON.parse(content.toString())).toEqual({
      video_fid: id,
      mp3_fid: null,
      username: 'ann@example.com',
      job_id: id,
    });
    expect(decodeMessage(content, videoMessageSchema)).toMatchObject({ kind: 'message' });
    expect(properties).toMatchObject({
      messageId: id,
      deliveryMode: 2,
      contentType: 'application/json',
      headers: { [headerNames.jobId]: id, [headerNames.attempt]: 0 },
    });
  });

  test('goes on with the trace of the caller, or with one of its own', async () => {
    const caller = '0af7651916cd43dd8448eb211c80319c';
    const own = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    for (const [traceparent, traceId] of [
      [`00-${caller}-b7ad6b7169203331-01`, caller],
      [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, own],
    ] as const) {
      const requestId = `trace-${traceId === caller ? 1 : 2}`;
      await upload({
        body: formBody([filePart('a.mkv', 'bytes')]),
        headers: { traceparent, 'x-request-id': requestId },
      });
      const [message] = await queues.takeAll('video');
      expect(message?.properties.headers).toMatchObject({ [headerNames.traceId]: traceId });
      const sent = String(message?.properties.headers?.[headerNames.traceId]);
      const job = await gateway.stores.jobs.findOne({ traceId: sent });
      expect(job?._id).toBe(message?.properties.messageId);
      const lines = gateway.log.filter((line) => line['requestId'] === requestId);
      expect(lines.map((line) => [line['msg'], line['traceId']])).toEqual([
        ['video accepted', sent],
        ['request', sent],
      ]);
      expect(gateway.auth.asked).toMatchObject({ 'x-request-id': requestId, 'trace-id': sent });
      // Nobody traces here.
      expect(gateway.auth.asked).not.toHaveProperty('traceparent');
      expect(message?.properties.headers).not.toHaveProperty('traceparent');
    }
  });

  test('answers with the job when the client prefers JSON', async () => {
    const answer = await upload({
      body: formBody([filePart('holiday.mkv', 'bytes')]),
      headers: { accept: 'application/json' },
    });
    const job = JSON.parse(answer.text) as Record<string, unknown>;
    expect(job).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      state: 'queued',
      step: null,
      percent: 0,
      source: { name: 'holiday.mkv', bytes: 5 },
      mp3: null,
      failure: null,
      created_at: expect.any(String) as string,
      started_at: null,
      finished_at: null,
      attempts: 0,
    });
    expect(answer.headers.location).toBe(`/jobs/${String(job['id'])}`);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test.each([
    ['a name with a path', 'C:\\films\\../a.mp4', 'a.mp4'],
    ['quotes as curl sends them', 'say %22hi%22.mp4', 'say "hi".mp4'],
    ['line breaks as curl sends them', 'a%0D%0Ab.mp4', 'a b.mp4'],
    ['emoji', '👩‍🚀 lift-off.mp4', '👩‍🚀 lift-off.mp4'],
    ['300 characters', `${'é'.repeat(300)}.mp4`, `${'é'.repeat(125)}.mp4`],
  ])('keeps %s', async (_case, sent, kept) => {
    await upload({ body: formBody([filePart(sent, 'bytes')]) });
    const [job] = await gateway.stores.jobs.find().toArray();
    expect(job?.source.name).toBe(kept);
  });

  test.each([
    ['any field name', [filePart('a.mp4', 'bytes', 'video-of-mine')]],
    [
      'fields around the file',
      [fieldPart('a', '1'), filePart('a.mp4', 'bytes'), fieldPart('b', '2')],
    ],
    [
      'as many fields as are allowed',
      [...Array<never>(20).fill(fieldPart('a', '1') as never), filePart('a.mp4', 'bytes')],
    ],
    [
      'no content type',
      [{ headers: ['Content-Disposition: form-data; name=file; filename=a.mp4'], body: 'bytes' }],
    ],
    [
      'bytes without a name',
      [
        {
          headers: [
            'Content-Disposition: form-data; name=file',
            'Content-Type: application/octet-stream',
          ],
          body: 'bytes',
        },
      ],
    ],
    ['exactly the largest size', [filePart('a.mp4', Buffer.alloc(700_000, 1))]],
  ])('may have %s', async (_case, parts) => {
    const answer = await upload({ body: formBody(parts) });
    expect(answer).toMatchObject({ status: 200, text: 'success!' });
    expect(await storedBytes()).toHaveLength(1);
  });
});

describe('a refused upload leaves nothing behind', () => {
  const tooManyFields = Array.from({ length: 21 }, () => fieldPart('a', '1'));
  const broken = formBody([filePart('a.mp4', video)]);
  const refusals: [string, Upload, number, string][] = [
    ['no parts', { body: formBody([]) }, 400, 'exactly 1 file required'],
    ['a field alone', { body: formBody([fieldPart('file', 'x')]) }, 400, 'exactly 1 file required'],
    [
      'two files',
      { body: formBody([filePart('a.mp4', video), filePart('b.mp4', 'x')]) },
      400,
      'exactly 1 file required',
    ],
    [
      'three files, the first of them empty',
      { body: formBody([filePart('a', ''), filePart('b', 'x'), filePart('c', 'x')]) },
      400,
      'exactly 1 file required',
    ],
    ['no body at all', { body: '' }, 400, 'exactly 1 file required'],
    [
      'no form',
      { body: 'x=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
      'exactly 1 file required',
    ],
    [
      'JSON',
      { body: '{}', headers: { 'content-type': 'application/json' } },
      400,
      'exactly 1 file required',
    ],
    [
      'a form in which no file was chosen',
      { body: formBody([filePart('', '')]) },
      400,
      'exactly 1 file required',
    ],
    ['an empty file', { body: formBody([filePart('a.mp4', '')]) }, 400, 'file is empty'],
    [
      'no boundary',
      { body: broken, headers: { 'content-type': 'multipart/form-data; charset=utf-8' } },
      400,
      'malformed multipart body',
    ],
    [
      'another boundary',
      { body: broken, headers: { 'content-type': 'multipart/form-data; boundary=other' } },
      400,
      'exactly 1 file required',
    ],
    [
      'no end',
      { body: formBody([filePart('a.mp4', video)], false) },
      400,
      'malformed multipart body',
    ],
    ['half of it', { body: broken.subarray(0, 400_000) }, 400, 'malformed multipart body'],
    [
      'a broken part after the file',
      {
        body: Buffer.concat([
          formBody([filePart('a.mp4', video)], false),
          Buffer.from('--frontier\r\n\x00: x\r\n\r\n'),
        ]),
      },
      400,
      'malformed multipart body',
    ],
    [
      'a file that begins after the last delimiter',
      {
        body: Buffer.concat([
          Buffer.from('--frontier--\r\n--frontier--\r\n'),
          formBody([filePart('b.mp4', video)]),
        ]),
      },
      400,
      'malformed multipart body',
    ],
    [
      'a last delimiter inside the head of a part',
      {
        body:
          '--frontier\r\nContent-Disposition: form-data; filename=a\r\n' +
          '\r\r\n--frontier\n--frontier--\r\n',
      },
      400,
      'malformed multipart body',
    ],
    [
      'too many fields',
      { body: formBody([filePart('a.mp4', video), ...tooManyFields]) },
      400,
      'too many form fields (limit 20)',
    ],
    [
      'a field of megabytes',
      { body: formBody([filePart('a.mp4', 'x'), fieldPart('a', 'x'.repeat(1_600_000))]) },
      413,
      'form fields too large (limit 1048576 bytes)',
    ],
    [
      'one byte too much',
      { body: formBody([filePart('a.mp4', Buffer.alloc(700_001))]) },
      413,
      'file too large (limit 700000 bytes)',
    ],
    [
      'a declared length far beyond',
      { body: formBody([filePart('a.mp4', Buffer.alloc(2_000_000))]) },
      413,
      'file too large (limit 700000 bytes)',
    ],
  ];

  test.each(refusals)('%s', async (_case, sent, status, text) => {
    expect(await upload(sent)).toMatchObject({ status, text });
    expect(await countLeftovers(gateway)).toEqual(nothing);
    expect(await queues.takeAll('video')).toHaveLength(0);

    const { headers = {} } = sent;
    const asJson = await upload({ ...sent, headers: { ...headers, accept: 'application/json' } });
    expect(asJson.status).toBe(status);
    expect(asJson.headers['content-type']).toMatch('application/problem+json');
    expect(JSON.parse(asJson.text)).toMatchObject({ status });
    expect(await countLeftovers(gateway)).toEqual(nothing);
  });
});
