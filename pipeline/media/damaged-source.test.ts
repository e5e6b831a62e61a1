import { readFile, writeFile } from 'node:fs/promises';
import { defaultMediaLimits } from './media-limits';
import { TestMedia, tone, toneWithPicture } from './test-media';
import { transcode, type Transcoded } from './transcode';

const media = new TestMedia();
afterAll(() => media.remove());

async function convert(bytes: Buffer): Promise<Transcoded> {
  const sourcePath = media.path('source.mp4');
  await writeFile(sourcePath, bytes);
  return transcode({
    sourcePath,
    outputPath: media.path('out.mp3'),
    options: { quality: { kind: 'vbr', level: 6 } },
    limits: defaultMediaLimits,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

const damaged = expect.objectContaining({ name: 'SourceRefused', reason: 'damaged' }) as unknown;

const clip = toneWithPicture(4);
const flv = [...toneWithPicture(4, 44_100), '-c:v', 'flv', '-c:a', 'libmp3lame'];
const formats: [string, string[]][] = [
  ['index-at-end.mp4', clip],
  ['faststart.mp4', [...clip, '-movflags', 'faststart']],
  ['fragmented.mp4', [...clip, '-g', '2', '-movflags', 'frag_keyframe+empty_moov']],
  ['a.mov', [...clip, '-c:a', 'alac']],
  ['a.mkv', clip],
  ['live.mkv', [...clip, '-seekable', '0']],
  ['a.webm', clip],
  ['a.avi', clip],
  ['a.flv', flv],
  ['a.wmv', clip],
  ['a.ogv', clip],
  ['a.mpg', [...clip, '-r', '25']],
  ['a.ts', clip],
  ['a.flac', tone(4)],
  ['a.mp3', tone(4)],
  ['a.wav', tone(4)],
];

test.each(formats)('%s: half of the file is damaged', async (name, args) => {
  const whole = await readFile(await media.make(name, ...args));
  // An odd number of bytes ends inside a packet of every kind.
  const half = Math.floor(whole.length / 4) * 2 + 1;
  await expect(convert(whole.subarray(0, half))).rejects.toEqual(damaged);
});

/** What stands in the file where damage begins and ends, and whether it may pass. */
const compressed = formats.filter(([name]) => name !== 'a.wav');

test.each(compressed)('%s: a fifth of it overwritten is damaged', async (name, args) => {
  const bytes = Buffer.from(await readFile(await media.make(name, ...args)));
  let state = 1;
  for (let at = Math.floor(bytes.length * 0.4); at < bytes.length * 0.6; at += 1) {
    // Noise, the same in every run.
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[at] = state >>> 16;
  }
  await expect(convert(bytes)).rejects.toEqual(damaged);
});

test.each(compressed)('%s: a fifth of it zeroed is damaged', async (name, args) => {
  const bytes = Buffer.from(await readFile(await media.make(name, ...args)));
  bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6));
  await expect(convert(bytes)).rejects.toEqual(damaged);
});

test('a packet or two that cannot be decoded pass, and are counted', async () => {
  const args = [...tone(20), '-movflags', 'faststart'];
  const bytes = Buffer.from(await readFile(await media.make('twenty.m4a', ...args)));
  bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20);
  const made = await convert(bytes);
  expect(made.undecodedPackets).toBeGreaterThan(0);
  expect(made.audioSeconds).toBeGreaterThan(19.8);
});

test('the beginning of a broadcast is in the middle of things, and passes', async () => {
  const whole = await readFile(await media.make('a.ts', ...clip));
  const tables = whole.subarray(0, 188 * 3);
  const later = whole.subarray(188 * Math.floor(whole.length / 188 / 3));
  const made = await convert(Buffer.concat([tables, later]));
  expect(made.audioSeconds).toBeGreaterThan(2);
});

test('containers that are nothing but frames cannot tell', async () => {
  const whole = await readFile(await media.make('a.aac', ...tone(4)));
  const made = await convert(whole.subarray(0, whole.length / 2));
  expect(made.audioSeconds).toBeLessThan(2.2);
});

test('headers without anything behind them are damaged', async () => {
  for (const [name, args] of formats.filter(([file]) => /mkv|flv|ogv|flac/.test(file))) {
    const whole = await readFile(await media.make(name, ...args));
    await expect(convert(whole.subarray(0, 60))).rejects.toMatchObject({ name: 'SourceRefused' });
  }
});
