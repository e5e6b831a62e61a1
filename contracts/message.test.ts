import fc from 'fast-check';
import {
  decodeMessage,
  failedMessageSchema,
  mp3MessageSchema,
  videoMessageSchema,
  type Decoded,
} from './message';

const fid = '64b7f0c2a1d3e4f5a6b7c8d9';
const mp3Fid = '0123456789abcdef01234567';
const username = 'ann@example.com';

const bytes = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const json = (value: unknown) => bytes(JSON.stringify(value));

/** Every schema a consumer decodes with. */
const schemas = {
  video: (body: Uint8Array): Decoded<object> => decodeMessage(body, videoMessageSchema),
  mp3: (body: Uint8Array): Decoded<object> => decodeMessage(body, mp3MessageSchema),
  failed: (body: Uint8Array): Decoded<object> => decodeMessage(body, failedMessageSchema),
};
const decoders = Object.entries(schemas);

describe('queue video', () => {
  const decoded = {
    video_fid: fid,
    mp3_fid: null,
    username,
    job_id: undefined,
    options: undefined,
  };

  test.each([
    ["the tutorial's bare message", { video_fid: fid, mp3_fid: null, username }, decoded],
    ['without mp3_fid', { video_fid: fid, username }, decoded],
    ['the misspelt key', { vide_fid: fid, mp3_fid: null, username }, decoded],
    ['both keys: the right one counts', { video_fid: fid, vide_fid: mp3Fid, username }, decoded],
    ['capital digits', { video_fid: fid.toUpperCase(), username }, decoded],
    ['ours, with a job', { video_fid: fid, username, job_id: 'j' }, { ...decoded, job_id: 'j' }],
    [
      'options for the job it makes',
      { video_fid: fid, username, options: { quality: { kind: 'cbr', kbps: 96 } } },
      { ...decoded, options: { quality: { kind: 'cbr', kbps: 96 } } },
    ],
    ['extra fields of others', { video_fid: fid, username, priority: 3, x: { y: [] } }, decoded],
    ['the longest address', { video_fid: fid, username: 'a'.repeat(255) }, expect.anything()],
  ])('takes %s', (_, body, expected: unknown) => {
    const result = decodeMessage(json(body), videoMessageSchema);
    expect(result).toEqual({ kind: 'message', message: expected });
  });

  test.each([
    ['no fid', { username }, 'video_fid: expected a video_fid'],
    ['a number', { video_fid: 7, username }, /^video_fid: .*expected string, received number/],
    ['null', { video_fid: null, username }, /^video_fid: .*received null/],
    ['too short', { video_fid: 'abc', username }, 'video_fid: expected 24 hexadecimal digits'],
    ['not hex', { video_fid: 'g'.repeat(24), username }, 'video_fid: expected 24 hexadecimal'],
    ['a line more', { video_fid: `${fid}\n`, username }, 'video_fid: expected 24 hexadecimal'],
    ['an operator', { video_fid: { $ne: null }, username }, /^video_fid: .*received object/i],
    ['no username', { video_fid: fid }, /^username: .*received undefined/],
    ['empty username', { video_fid: fid, username: '' }, /^username: /],
    ['long username', { video_fid: fid, username: 'a'.repeat(256) }, /^username: .*255/],
    ['empty job', { video_fid: fid, username, job_id: '' }, /^job_id: /],
    ['long job', { video_fid: fid, username, job_id: 'j'.repeat(65) }, /^job_id: .*64/],
    ['a job that is a path', { video_fid: fid, username, job_id: '../x' }, /^job_id: .*letters/],
    ['a job of two lines', { video_fid: fid, username, job_id: 'j\n' }, /^job_id: .*letters/],
    [
      'a quality that is none',
      { video_fid: fid, username, options: { quality: { kind: 'vbr', level: 10 } } },
      /^options\.quality\.level: /,
    ],
    ['options of others', { video_fid: fid, username, options: { speed: 2 } }, /^options/],
    ['every wrong field', { video_fid: 1, username: 2 }, /video_fid: .*; username: /],
    ['null itself', null, /^body: .*expected object, received null/],
    ['an array', [fid], /^body: .*expected object, received array/],
    ['a string', 'text', /^body: .*expected object, received string/],
  ])('refuses %s and says what was expected', (_, body, problem) => {
    const result = decodeMessage(json(body), videoMessageSchema);
    if (result.kind === 'message') throw new Error('it was taken');
    expect(result.problem).toMatch(problem);
  });

  test('fields inherited through __proto__ are not fields', () => {
    const body = `{"__proto__": {"job_id": 5}, "video_fid": "${fid}", "username": "${username}"}`;
    expect(decodeMessage(bytes(body), videoMessageSchema)).toEqual({
      kind: 'message',
      message: decoded,
    });
  });
});

describe('queue mp3', () => {
  test("the tutorial's message and ours", () => {
    const bare = { video_fid: fid, mp3_fid: mp3Fid, username };
    for (const body of [bare, { ...bare, job_id: 'j', extra: 1 }]) {
      expect(decodeMessage(json(body), mp3MessageSchema)).toEqual({
        kind: 'message',
        message: body,
      });
    }
  });

  test.each([null, undefined, '', 'abc', 4])('mp3_fid %p is refused', (mp3_fid) => {
    const result = decodeMessage(json({ video_fid: fid, mp3_fid, username }), mp3MessageSchema);
    expect(result).toMatchObject({ kind: 'invalid' });
  });
});

describe('queue mp3.failed', () => {
  const body = { video_fid: fid, username, job_id: 'j', reason: 'no-audio' };

  test('ours', () => {
    expect(decodeMessage(json(body), failedMessageSchema)).toEqual({
      kind: 'message',
      message: body,
    });
  });

  test.each(['video_fid', 'username', 'job_id', 'reason'])('without %s is refused', (field) => {
    const result = decodeMessage(json({ ...body, [field]: undefined }), failedMessageSchema);
    if (result.kind === 'message') throw new Error('it was taken');
    expect(result.problem).toMatch(new RegExp(`^${field}: `));
  });

  test('an unknown reason is refused with the known ones', () => {
    const result = decodeMessage(json({ ...body, reason: 'ugly' }), failedMessageSchema);
    if (result.kind === 'message') throw new Error('it was taken');
    expect(result.problem).toMatch(/^reason: .*"no-audio"/);
  });
});

describe.each(decoders)('whatever arrives on queue %s', (_, decode) => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['no JSON', bytes('video_fid=1')],
    ['half a message', bytes(`{"video_fid": "${fid}"`)],
    ['invalid UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ['an address in Latin-1', latin1(`{"username":"andré","video_fid":"${fid}"}`)],
    ['UTF-16', Uint8Array.from(Buffer.from('{}', 'utf16le'))],
    ['20 MB of nothing', new Uint8Array(20_000_000)],
    ['200,000 brackets', bytes('['.repeat(200_000))],
  ])('%s is invalid: not JSON', (__, body) => {
    const result = decode(body);
    if (result.kind === 'message') throw new Error('it was taken');
    expect(result.problem).toMatch(/^not JSON: ./);
    expect(result.problem.length).toBeLessThan(200);
  });

  test('100,000 levels of JSON are a message or invalid, like any other', () => {
    const deep = `{"a":`.repeat(100_000) + '1' + '}'.repeat(100_000);
    const body = `{"video_fid":"${fid}","mp3_fid":null,"username":"a","deep":${deep}}`;
    expect(['message', 'invalid']).toContain(decode(bytes(body)).kind);
  });
});

/** 100,000 bodies in all: some ten seconds. */
const runs = { bytes: 40_000, json: 25_000, nearlyRight: 35_000 };
const limitMs = 60_000;

/** The fids each message has. */
const fidsOf = { video: ['video_fid'], mp3: ['video_fid', 'mp3_fid'], failed: ['video_fid'] };

/** Decodes with all schemas. What is taken has its fids right, what is refused has a reason. */
function decodeWithAll(body: Uint8Array): void {
  for (const queue of ['video', 'mp3', 'failed'] as const) {
    const result = schemas[queue](body);
    switch (result.kind) {
      case 'message':
        for (const key of fidsOf[queue]) {
          const value: unknown = Reflect.get(result.message, key);
          if (value === undefined && queue === 'mp3' && key === 'video_fid') continue;
          if (typeof value !== 'string' || !/^[0-9a-f]{24}$/.test(value)) {
            throw new Error(`${key} came through as ${JSON.stringify(value)}`);
          }
        }
        break;
      case 'invalid':
        if (result.problem === '') throw new Error('invalid without a reason');
        break;
      default:
        result satisfies never;
    }
  }
}

test(
  'arbitrary bytes never make it throw',
  () => {
    const body = fc.uint8Array({ maxLength: 100 });
    fc.assert(fc.property(body, decodeWithAll), { numRuns: runs.bytes });
  },
  limitMs,
);

test(
  'arbitrary JSON never makes it throw',
  () => {
    const body = fc.json({ maxDepth: 3 }).map(bytes);
    fc.assert(fc.property(body, decodeWithAll), { numRuns: runs.json });
  },
  limitMs,
);

test(
  'nearly right messages never make it throw',
  () => {
    const key = fc.constantFrom(
      ...['video_fid', 'vide_fid', 'mp3_fid', 'username', 'job_id', 'reason'],
      ...['__proto__', 'constructor', 'toString', ''],
    );
    const value = fc.oneof(
      fc.constantFrom(fid, mp3Fid, fid.toUpperCase(), username, null, '', 'no-audio', {}, [fid]),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.double(),
    );
    const body = fc.array(fc.tuple(key, value), { maxLength: 8 }).map((entries) => {
      // Not an object's JSON: a key may come twice, and `__proto__` is one like any other.
      const fields = entries.map((field) => field.map((part) => JSON.stringify(part)).join(':'));
      return bytes(`{${fields.join(',')}}`);
    });
    fc.assert(fc.property(body, decodeWithAll), { numRuns: runs.nearlyRight });
  },
  limitMs,
);
