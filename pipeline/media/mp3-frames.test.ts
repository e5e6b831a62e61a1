import fc from 'fast-check';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { Mp3Broken, parseMp3File } from './mp3-frames';
import { decodeSamples, TestMedia, tone } from './test-media';

const media = new TestMedia();
afterAll(() => media.remove());

/** A frame of layer III: header as asked for, then zeros. */
function frame(options: {
  versionBits?: number;
  bitRateIndex?: number;
  rateIndex?: number;
  padding?: number;
}): Buffer {
  const { versionBits = 3, bitRateIndex = 9, rateIndex = 0, padding = 0 } = options;
  const header = Buffer.alloc(4);
  header.writeUInt32BE(
    ((0x7ff << 21) |
      (versionBits << 19) |
      (1 << 17) |
      (1 << 16) |
      (bitRateIndex << 12) |
      (rateIndex << 10) |
      (padding << 9)) >>>
      0,
  );
  const isMpeg1 = versionBits === 3;
  const kbps = isMpeg1
    ? [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    : [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
  const rate =
    ([44_100, 48_000, 32_000][rateIndex] ?? 0) / (isMpeg1 ? 1 : versionBits === 2 ? 2 : 4);
  const bytes =
    Math.floor(((isMpeg1 ? 144 : 72) * 1000 * (kbps[bitRateIndex - 1] ?? 0)) / rate) + padding;
  return Buffer.concat([header, Buffer.alloc(bytes - 4)]);
}

async function parse(...parts: Buffer[]): ReturnType<typeof parseMp3File> {
  const path = media.path('made.mp3');
  await writeFile(path, Buffer.concat(parts));
  return parseMp3File(path);
}

const brokenAt = (offset: number): unknown =>
  expect.objectContaining({ name: 'Mp3Broken', offset });

const vbr = (): Promise<string> =>
  media.make('vbr.mp3', ...tone(2, 44_100), '-q:a', '4', '-id3v2_version', '3');

test('counts what ffmpeg wrote, with the samples a decoder gives back', async () => {
  const path = await vbr();
  const facts = await parseMp3File(path);
  expect(facts).toMatchObject({
    samples: 88_200,
    sampleRate: 44_100,
    samplesPerFrame: 1152,
    channels: 1,
    id3v2Version: 3,
    hasId3v1: false,
    lengthHeader: { kind: 'Xing', frames: facts.frames, bytes: facts.audioBytes },
  });
  expect(facts.frames * 1152).toBeGreaterThan(facts.samples);
  expect((await decodeSamples(path)).length).toBe(facts.samples);
});

test.each([
  [8000, 576],
  [11_025, 576],
  [16_000, 576],
  [22_050, 576],
  [24_000, 576],
  [32_000, 1152],
  [48_000, 1152],
])('reads %i Hz', async (sampleRate, samplesPerFrame) => {
  const path = await media.make(
    `${sampleRate}.mp3`,
    ...tone(1, sampleRate),
    '-ac',
    '2',
    '-b:a',
    '64k',
  );
  const facts = await parseMp3File(path);
  expect(facts).toMatchObject({ samples: sampleRate, sampleRate, samplesPerFrame, channels: 2 });
  expect(facts.lengthHeader?.kind).toBe('Info');
});

test('without a length header every sample counts', async () => {
  await expect(parse(frame({}), frame({ bitRateIndex: 5 }))).resolves.toMatchObject({
    frames: 2,
    samples: 2304,
    lengthHeader: undefined,
    id3v2Version: undefined,
  });
});

test('an ID3v1 tag may follow, and nothing else', async () => {
  const tag = Buffer.alloc(128);
  tag.write('TAG');
  await expect(parse(frame({}), tag)).resolves.toMatchObject({ frames: 1, hasId3v1: true });
  await expect(parse(frame({}), tag, Buffer.alloc(1))).rejects.toEqual(brokenAt(417));
  await expect(parse(frame({}), Buffer.from('junk'))).rejects.toEqual(brokenAt(417));
});

test('a file cut anywhere is broken where its last frame begins', async () => {
  const whole = await readFile(await vbr());
  const { audioBytes, bytes } = await parseMp3File(await vbr());
  for (const cut of [1, 2, 50]) {
    const error = await parse(whole.subarray(0, whole.length - cut)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Mp3Broken);
    expect((error as Mp3Broken).offset).toBeGreaterThan(bytes - audioBytes);
    expect((error as Mp3Broken).offset).toBeLessThan(bytes - cut);
  }
});

test.each([
  ['no file', Buffer.alloc(0), 0],
  ['text', Buffer.from('This is no MP3.'), 0],
  ['only a tag', Buffer.from('ID3\x03\x00\x00\x00\x00\x00\x00', 'latin1'), 10],
  ['a tag longer than the file', Buffer.from('ID3\x03\x00\x00\x00\x00\x01\x00', 'latin1'), 0],
  ['another layer', Buffer.from('fffd9000', 'hex'), 0],
  ['free format', Buffer.from('fffb0000', 'hex'), 0],
])('refuses %s', async (_what, bytes, offset) => {
  await expect(parse(bytes)).rejects.toEqual(brokenAt(offset));
});

test('frames of another sample rate or version do not belong', async () => {
  await expect(parse(frame({}), frame({ rateIndex: 1 }))).rejects.toEqual(brokenAt(417));
  await expect(parse(frame({}), frame({ versionBits: 2 }))).rejects.toEqual(brokenAt(417));
});

test('any row of frames parses, and names the byte that does not fit', async () => {
  const shape = fc.record({
    bitRateIndex: fc.integer({ min: 1, max: 14 }),
    padding: fc.integer({ min: 0, max: 1 }),
  });
  const stream = fc.record({
    versionBits: fc.constantFrom(3, 2, 0),
    rateIndex: fc.integer({ min: 0, max: 2 }),
    shapes: fc.array(shape, { minLength: 1, maxLength: 60 }),
    broken: fc.option(fc.nat(), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(stream, async ({ versionBits, rateIndex, shapes, broken }) => {
      const frames = shapes.map((own) => frame({ versionBits, rateIndex, ...own }));
      if (broken === undefined) {
        const facts = await parse(...frames);
        expect(facts.frames).toBe(frames.length);
        return;
      }
      const victim = broken % frames.length;
      frames[victim]?.fill(0, 0, 2);
      const offset = Buffer.concat(frames.slice(0, victim)).length;
      await expect(parse(...frames)).rejects.toEqual(brokenAt(offset));
    }),
    { numRuns: 200 },
  );
});

test('arbitrary bytes are parsed or refused, and nothing else', async () => {
  const whole = await readFile(await vbr());
  const change = fc.record({
    at: fc.nat(whole.length - 1),
    bytes: fc.uint8Array({ maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 3 }),
      fc.nat(whole.length),
      async (changes, end) => {
        const bytes = Buffer.from(whole.subarray(0, end));
        for (const { at, bytes: to } of changes)
          bytes.set(to.slice(0, Math.max(0, end - at)), Math.min(at, end));
        const result = await parse(bytes).catch((error: unknown) => error);
        if (result instanceof Mp3Broken) {
          expect(result.offset).toBeLessThanOrEqual(bytes.length);
        } else {
          expect(result).toMatchObject({ bytes: bytes.length });
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('memory does not grow with the file', async () => {
  const path = media.path('large.mp3');
  const block = Buffer.concat(Array.from({ length: 20_000 }, () => frame({ bitRateIndex: 14 })));
  await writeFile(path, '');
  for (let blocks = 0; blocks < 8; blocks += 1) await appendFile(path, block);
  expect((await stat(path)).size).toBeGreaterThan(160_000_000);
  const before = process.memoryUsage();
  await expect(parseMp3File(path)).resolves.toMatchObject({ frames: 160_000 });
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20_000_000);
  expect(after.rss - before.rss).toBeLessThan(100_000_000);
});
