import { readFile, writeFile } from 'node:fs/promises';
import type { Encoded } from './ffmpeg-command';
import { TestMedia, tone } from './test-media';
import { verifyMp3 } from './verify-mp3';

const media = new TestMedia();
afterAll(() => media.remove());

const encoded: Encoded = {
  packetsRead: 100,
  decodedSamples: 96_000,
  encodedSamples: 96_000,
  decodedRates: [48_000],
  formatChanges: 0,
  undecodedPackets: 0,
  complaints: 0,
  endedEarly: undefined,
  isProtected: false,
  times: undefined,
  firstLine: undefined,
  tail: [],
  sampleRate: 48_000,
  reachedS: 2,
};

const whole = (...args: string[]): Promise<string> =>
  media.make(`${args.join('')}.mp3`, ...tone(2), '-id3v2_version', '3', ...args);

async function changed(change: (mp3: Buffer, lengthHeader: number) => Buffer): Promise<string> {
  const mp3 = Buffer.from(await readFile(await whole('-q:a', '2')));
  const path = media.path('changed.mp3');
  await writeFile(path, change(mp3, mp3.indexOf('Xing', 0, 'latin1')));
  return path;
}

const problem = (text: string): unknown =>
  expect.objectContaining({
    name: 'MediaToolError',
    message: expect.stringContaining(text) as unknown,
  });

test('an MP3 that agrees with the encode passes', async () => {
  await expect(verifyMp3(await whole('-q:a', '2'), encoded)).resolves.toMatchObject({
    samples: 96_000,
  });
});

test.each<[string, Partial<Encoded>, string]>([
  ['fewer were encoded', { encodedSamples: 94_848 }, '96000 samples were decoded, 94848 encoded'],
  ['more were decoded', { decodedSamples: 97_152 }, '97152 samples were decoded, 96000 encoded'],
  [
    'both, but not in the MP3',
    { decodedSamples: 97_152, encodedSamples: 97_152 },
    'it holds 96000 samples',
  ],
  [
    'one sample is missing',
    { decodedSamples: 96_001, encodedSamples: 96_001 },
    'it holds 96000 samples',
  ],
  ['nothing was reported', { decodedSamples: undefined }, 'did not report'],
  [
    'the rate is another',
    { sampleRate: 44_100, decodedRates: [44_100] },
    '48000 Hz instead of 44100 Hz',
  ],
])('when %s it is not whole', async (_what, own, text) => {
  await expect(verifyMp3(await whole('-q:a', '2'), { ...encoded, ...own })).rejects.toEqual(
    problem(text),
  );
});

test.each<[string, (mp3: Buffer, lengthHeader: number) => Buffer, string]>([
  ['cut', (mp3) => mp3.subarray(0, mp3.length - 10), 'broken at byte'],
  ['with junk behind', (mp3) => Buffer.concat([mp3, Buffer.from('junk')]), 'broken at byte'],
  [
    'with a wrong number of frames in its header',
    (mp3, at) => {
      mp3.writeUInt32BE(7, at + 8);
      return mp3;
    },
    'its length header says 7 frames',
  ],
  [
    'with a wrong number of bytes in its header',
    (mp3, at) => {
      mp3.writeUInt32BE(7, at + 12);
      return mp3;
    },
    'its length header says 7 bytes',
  ],
  [
    'with another delay in its header',
    (mp3, at) => {
      mp3.writeUIntBE(mp3.readUIntBE(at + 141, 3) + 4096, at + 141, 3);
      return mp3;
    },
    'it holds 95999 samples',
  ],
])('one %s is not whole', async (_what, change, text) => {
  await expect(verifyMp3(await changed(change), encoded)).rejects.toEqual(problem(text));
});

test('one without a length header, or with another tag, is not what was asked for', async () => {
  await expect(verifyMp3(await whole('-write_xing', '0'), encoded)).rejects.toEqual(problem(''));
  const path = await media.make('v4.mp3', ...tone(2), '-id3v2_version', '4');
  await expect(verifyMp3(path, encoded)).rejects.toEqual(problem('no ID3v2.3 tag'));
});
