import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { ClientGone } from '../client-gone';
import { type LineLimits, readLines } from './read-lines';

const limits: LineLimits = { bytes: 100, lineBytes: 20, idleMs: 60_000 };

/** A body that arrives in these pieces; it has what the reader asks of a request. */
function arriving(...pieces: (string | Buffer)[]): IncomingMessage {
  const body = new PassThrough();
  for (const piece of pieces) body.write(piece);
  body.end();
  return body as unknown as IncomingMessage;
}

async function read(request: IncomingMessage, changed: Partial<LineLimits> = {}) {
  const lines: string[] = [];
  for await (const line of readLines(request, { ...limits, ...changed })) lines.push(line);
  return lines;
}

test.each<[string, (string | Buffer)[], string[]]>([
  ['nothing', [], []],
  ['one line without an end', ['one'], ['one']],
  ['lines in one piece', ['one\ntwo\n'], ['one', 'two']],
  ['a line in many pieces', ['o', 'n', 'e\nt', 'wo', '\n'], ['one', 'two']],
  ['an empty line counts', ['one\n\nthree'], ['one', '', 'three']],
  ['an end of its own', ['one', '\n', 'two'], ['one', 'two']],
])('%s', async (_what, pieces, lines) => {
  expect(await read(arriving(...pieces))).toEqual(lines);
});

test('a character that is cut in two by the network stays whole', async () => {
  const text = Buffer.from('žluťoučký\nkůň');
  for (let cut = 1; cut < text.length; cut += 1) {
    const lines = await read(arriving(text.subarray(0, cut), text.subarray(cut)));
    expect(lines).toEqual(['žluťoučký', 'kůň']);
  }
});

test.each([
  ['a whole body', { bytes: 7 }, ['one\n', 'two\n'], { kind: 'body-too-large', limitBytes: 7 }],
  ['a line', { lineBytes: 5 }, ['one\n', 'much longer'], { kind: 'line-too-long', limitBytes: 5 }],
  ['a line in pieces', { lineBytes: 5 }, ['on', 'e, ', 'two'], { kind: 'line-too-long' }],
])('%s that is too large', async (_what, changed, pieces, problem) => {
  await expect(read(arriving(...pieces), changed)).rejects.toMatchObject({ problem });
});

test('just as large as is allowed', async () => {
  const lines = await read(arriving('one\n', 'two\n'), { bytes: 8, lineBytes: 3 });
  expect(lines).toEqual(['one', 'two']);
});

test('a body that breaks off: half a line is none, and the end is no end', async () => {
  const request = new PassThrough();
  request.write('one\nhalf a li');
  const lines: string[] = [];
  const reading = (async () => {
    for await (const line of readLines(request as unknown as IncomingMessage, limits)) {
      lines.push(line);
      request.destroy();
    }
  })();
  await expect(reading).rejects.toBeInstanceOf(ClientGone);
  expect(lines).toEqual(['one']);
});

test('who stops reading leaves no listener behind', async () => {
  const request = arriving('one\n', 'two\n');
  for await (const line of readLines(request, limits)) {
    expect(line).toBe('one');
    break;
  }
  expect(request.listenerCount('close')).toBe(0);
  expect(request.listenerCount('data')).toBe(0);
});
