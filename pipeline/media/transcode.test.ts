import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { Quality } from '../../contracts/conversion-options';
import { defaultMediaLimits } from './media-limits';
import { parseMp3File } from './mp3-frames';
import { decodeSamples, picture, TestMedia, tone, toneWithPicture } from './test-media';
import { transcode, type Transcoded, type TranscodeRequest } from './transcode';

const media = new TestMedia();
afterAll(() => media.remove());

const outputPath = media.path('out.mp3');

function convert(sourcePath: string, own: Partial<TranscodeRequest> = {}): Promise<Transcoded> {
  return transcode({
    sourcePath,
    outputPath,
    options: { quality: { kind: 'vbr', level: 2 } },
    limits: defaultMediaLimits,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...own,
  });
}

const refused = (reason: string): unknown =>
  expect.objectContaining({ name: 'SourceRefused', reason });

/** Share of the loudness that is at this frequency, 0 to 1 (Goertzel's algorithm). */
function shareOf(frequency: number, samples: Int16Array, sampleRate: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let [last, beforeLast, energy] = [0, 0, 0];
  for (const sample of samples) {
    [last, beforeLast] = [sample + coefficient * last - beforeLast, last];
    energy += sample * sample;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return (2 * power) / (samples.length * energy);
}

const clip = toneWithPicture(1.5);
const flvCodecs = ['-c:v', 'flv', '-c:a', 'libmp3lame'];
const everyFormat: [name: string, args: string[], rate: number, channels: number][] = [
  ['index-at-end.mp4', clip, 48_000, 1],
  ['faststart.mp4', [...clip, '-movflags', 'faststart'], 48_000, 1],
  ['fragmented.mp4', [...clip, '-g', '2', '-movflags', 'frag_keyframe+empty_moov'], 48_000, 1],
  ['a.mkv', clip, 48_000, 1],
  ['a.webm', clip, 48_000, 1],
  ['live.webm', [...clip, '-seekable', '0'], 48_000, 1],
  ['a.avi', clip, 48_000, 1],
  ['a.mov', [...clip, '-c:a', 'pcm_s16le'], 48_000, 1],
  ['a.flv', [...toneWithPicture(1.5, 44_100), ...flvCodecs], 44_100, 1],
  ['a.ts', clip, 48_000, 1],
  ['a.3gp', [...toneWithPicture(1.5, 16_000), '-c:v', 'mpeg4', '-c:a', 'aac'], 16_000, 1],
  ['a.wmv', clip, 48_000, 1],
  ['a.ogv', clip, 48_000, 1],
  ['a.mpg', [...clip, '-r', '25'], 48_000, 1],
  ['audio-only.m4a', tone(1.5), 48_000, 1],
  ['audio-only.mp3', tone(1.5), 48_000, 1],
  ['audio-only.flac', tone(1.5), 48_000, 1],
  ['audio-only.wav', tone(1.5), 48_000, 1],
  ['audio-only.aac', tone(1.5), 48_000, 1],
  ['audio-only.ogg', tone(1.5), 48_000, 1],
  ['audio-only.caf', tone(1.5), 48_000, 1],
  ['stereo.mp4', [...clip, '-ac', '2'], 48_000, 2],
  ['surround.mkv', [...clip, '-c:a', 'ac3', '-ac', '6'], 48_000, 2],
  ['sixteen-channels.wav', [...tone(1.5), '-af', 'pan=hexadecagonal|c0=c0|c1=c0'], 48_000, 2],
  ['low.mp4', toneWithPicture(1.5, 22_050), 22_050, 1],
  ['cd.mp4', toneWithPicture(1.5, 44_100), 44_100, 1],
];

test.each(everyFormat)(
  '%s becomes an MP3 of the same length',
  async (name, args, rate, channels) => {
    const sourcePath = await media.make(name, ...args);
    const made = await convert(sourcePath);
    expect(made).toMatchObject({ sampleRate: rate, channels, undecodedPackets: 0, cover: 'none' });
    // Counted by a plain ffmpeg, apart from everything of ours.
    const [before, after] = await Promise.all([
      decodeSamples(sourcePath),
      decodeSamples(outputPath),
    ]);
    expect(made.samples).toBe(before.length);
    expect(after.length).toBe(before.length);
    expect(made.durationMs).toBe(Math.round((before.length / rate) * 1000));
    expect(Math.abs(made.durationMs - 1500)).toBeLessThan(60);
    expect(shareOf(440, after, rate)).toBeGreaterThan(0.9);
    expect((await stat(outputPath)).size).toBe(made.bytes);
    const { userS = 0, systemS = 0, wallS = 0 } = made.times ?? {};
    // Their sum is exact, and how it is divided is sampled.
    expect(userS + systemS).toBeGreaterThan(0);
    expect(wallS).toBeGreaterThan(0);
  },
);

test.each([
  ['96k.wav', 96_000, 48_000],
  ['88k.wav', 88_200, 44_100],
  ['odd.wav', 37_800, 44_100],
  ['lowest.wav', 6000, 8000],
])('%s is resampled', async (name, from, to) => {
  const made = await convert(await media.make(name, ...tone(1.5, from)));
  expect(made.sampleRate).toBe(to);
  expect(Math.abs(made.samples - 1.5 * to)).toBeLessThanOrEqual(1);
  expect((await decodeSamples(outputPath)).length).toBe(made.samples);
});

const qualities: [Quality, number, number][] = [
  [{ kind: 'cbr', kbps: 64 }, 64, 48_000],
  [{ kind: 'cbr', kbps: 128 }, 128, 48_000],
  [{ kind: 'cbr', kbps: 320 }, 320, 48_000],
  // MPEG-2.5 ends at 64 kbit/s; asked for more, LAME takes what there is.
  [{ kind: 'cbr', kbps: 320 }, 64, 8000],
];

test.each(qualities)('constant bit rate %j', async (quality, kbps, rate) => {
  const source = await media.make(`stereo-${rate}.wav`, ...tone(1.5, rate), '-ac', '2');
  await convert(source, { options: { quality } });
  const facts = await parseMp3File(outputPath);
  expect(facts.lengthHeader?.kind).toBe('Info');
  const seconds = (facts.frames * facts.samplesPerFrame) / facts.sampleRate;
  const expected = (kbps * 1000 * seconds) / 8;
  expect(facts.audioBytes).toBeGreaterThan(expected * 0.98);
  // The frame with the length header may be larger than the others.
  expect(facts.audioBytes).toBeLessThan(expected * 1.02 + 1441);
});

test('a better variable bit rate is larger', async () => {
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=2:seed=1:r=44100'];
  const source = await media.make('noise.wav', ...noise);
  const best = await convert(source, { options: { quality: { kind: 'vbr', level: 0 } } });
  const kind = (await parseMp3File(outputPath)).lengthHeader?.kind;
  const worst = await convert(source, { options: { quality: { kind: 'vbr', level: 9 } } });
  expect(kind).toBe('Xing');
  expect(best.bytes).toBeGreaterThan(2 * worst.bytes);
});

test('progress rises, ends with 100, and comes while it works', async () => {
  const seen: number[] = [];
  const source = await media.make('long.wav', ...tone(600, 44_100));
  await convert(source, { onProgress: (percent) => seen.push(percent) });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  expect(seen[0]).toBeGreaterThan(0);
  expect(seen[0]).toBeLessThan(99);
  expect(seen.at(-1)).toBe(100);
});

test('the default track is taken, and an empty one is not', async () => {
  const high = ['-f', 'lavfi', '-i', 'sine=1000:d=1.5:r=48000'];
  const two = [...tone(1.5), ...high, '-map', '0', '-map', '1', '-c:a', 'flac'];
  const chosen = await media.make(
    'two.mkv',
    ...two,
    '-disposition:a:0',
    '0',
    '-disposition:a:1',
    'default',
  );
  await convert(chosen);
  expect(shareOf(1000, await decodeSamples(outputPath), 48_000)).toBeGreaterThan(0.9);
  const silent = ['-f', 'lavfi', '-i', 'anullsrc=r=48000,atrim=end_sample=0'];
  const firstEmpty = await media.make(
    'empty.mkv',
    ...silent,
    ...tone(1.5),
    '-map',
    '0',
    '-map',
    '1',
  );
  expect((await convert(firstEmpty)).samples).toBeGreaterThan(70_000);
  const onlyEmpty = await media.make('only-empty.mkv', ...silent, ...picture(1));
  await expect(convert(onlyEmpty)).rejects.toEqual(refused('no-audio'));
});

test('audio that is shorter than the video, or starts later, is all there is', async () => {
  const short = await media.make('short.mov', ...tone(1), ...picture(4), '-c:a', 'pcm_s16le');
  expect((await convert(short)).samples).toBe(48_000);
  const late = await media.make(
    'late.mkv',
    '-itsoffset',
    '3',
    ...tone(1),
    ...picture(4),
    '-c:a',
    'flac',
  );
  expect((await convert(late)).samples).toBe(48_000);
});

test('a broadcast that changes channels and sample rate on its way is converted', async () => {
  const parts = await Promise.all([
    media.make('part1.ts', ...tone(1), '-ac', '2', '-c:a', 'ac3'),
    media.make('part2.ts', ...tone(1), '-ac', '6', '-c:a', 'ac3'),
    media.make('part3.ts', ...tone(1, 44_100), '-ac', '2', '-c:a', 'ac3'),
  ]);
  const bytes = await Promise.all(parts.map((part) => readFile(part)));
  await writeFile(media.path('broadcast.ts'), Buffer.concat(bytes));
  const made = await convert(media.path('broadcast.ts'));
  expect(made.audioSeconds).toBeGreaterThan(2.9);
  expect(made.audioSeconds).toBeLessThan(3.1);
});

test('a file without audio has no audio', async () => {
  for (const name of ['silent.mp4', 'silent.mkv', 'silent.ts']) {
    await expect(convert(await media.make(name, ...picture(1)))).rejects.toEqual(
      refused('no-audio'),
    );
  }
});

test('an empty file is empty, a text is no video', async () => {
  await writeFile(media.path('empty.mp4'), '');
  await expect(convert(media.path('empty.mp4'))).rejects.toEqual(refused('empty-file'));
  await writeFile(media.path('text.mp4'), 'This is a text.\n'.repeat(1000));
  await expect(convert(media.path('text.mp4'))).rejects.toEqual(refused('not-a-video'));
});

test('encrypted audio is called encrypted', async () => {
  const keys = ['-encryption_key', '76a6c65c5ea762046bd749a2e632ccbb'];
  const scheme = [
    '-encryption_scheme',
    'cenc-aes-ctr',
    '-encryption_kid',
    'a7e61c373e219033c21091fa607bf3b8',
  ];
  const source = await media.make('encrypted.mp4', ...clip, ...scheme, ...keys);
  await expect(convert(source)).rejects.toEqual(refused('encrypted'));
});

test('longer or larger than allowed is refused, never cut to fit', async () => {
  const source = await media.make('three.wav', ...tone(3, 44_100));
  const within = { ...defaultMediaLimits, maxDurationS: 3 };
  expect((await convert(source, { limits: within })).samples).toBe(3 * 44_100);
  for (const maxDurationS of [1, 2.9]) {
    const limits = { ...defaultMediaLimits, maxDurationS };
    await expect(convert(source, { limits })).rejects.toEqual(refused('too-long'));
  }
  const limits = { ...defaultMediaLimits, maxOutputBytes: 10_000 };
  await expect(convert(source, { limits })).rejects.toEqual(refused('too-long'));
});

test('what failed leaves nothing behind', async () => {
  const whole = await readFile(await media.make('a.mkv', ...clip));
  await writeFile(media.path('cut.mkv'), whole.subarray(0, whole.length / 2));
  await expect(convert(media.path('cut.mkv'))).rejects.toEqual(refused('damaged'));
  const source = await media.make('three.wav', ...tone(3, 44_100));
  const limits = { ...defaultMediaLimits, maxDurationS: 1 };
  await expect(convert(source, { limits })).rejects.toEqual(refused('too-long'));
  expect(existsSync(outputPath)).toBe(false);
  expect((await readdir(media.directory)).filter((name) => name.includes('.cover'))).toEqual([]);
});

test.each([
  '-i.mp4',
  'a b%03d.mp4',
  'concat:a|b.mp4',
  'quote\'"`$(x).mp4',
  'line\nbreak.mp4',
  '🎵é.mp4',
])('the name %j is a name', async (name) => {
  await writeFile(media.path(name), await readFile(await media.make('a.mp4', ...clip)));
  const output = media.path(`${name}.mp3`);
  expect((await convert(media.path(name), { outputPath: output })).bytes).toBe(
    (await stat(output)).size,
  );
});
