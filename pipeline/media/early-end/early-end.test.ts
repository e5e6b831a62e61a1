import fc from 'fast-check';
import { readFile, writeFile } from 'node:fs/promises';
import { containers, type Container } from '../container';
import { SourceFile } from '../source-file';
import { TestMedia, tone, toneWithPicture } from '../test-media';
import { earlyEnd } from './early-end';

const media = new TestMedia();
afterAll(() => media.remove());

async function endOf(bytes: Buffer, container: Container): Promise<string | undefined> {
  const path = media.path('piece');
  await writeFile(path, bytes);
  return SourceFile.with(path, (file) => earlyEnd(file, container));
}

const clip = toneWithPicture(2);
const sound = [...tone(2), '-ac', '2'];

/** Containers that can tell a cut anywhere in their data. */
const telling: [string, Container, string[]][] = [
  ['faststart.mp4', 'mov', [...clip, '-movflags', 'faststart']],
  ['faststart.mov', 'mov', [...clip, '-movflags', 'faststart', '-c:a', 'pcm_s16le']],
  ['fragmented.mp4', 'mov', [...clip, '-g', '2', '-movflags', 'frag_keyframe+empty_moov']],
  ['a.mkv', 'matroska', clip],
  ['a.webm', 'matroska', clip],
  ['a.avi', 'avi', clip],
  ['a.flv', 'flv', [...toneWithPicture(2, 44_100), '-c:v', 'flv', '-c:a', 'libmp3lame']],
  ['a.wmv', 'asf', clip],
  ['a.wav', 'wav', sound],
  ['rf64.wav', 'wav', [...sound, '-rf64', 'always']],
  ['a.w64', 'w64', sound],
  ['a.aiff', 'aiff', sound],
  ['a.caf', 'caf', sound],
];

/** Those that can tell unless the cut is exactly between two of their packets. */
const tellingInside: [string, Container, string[], (bytes: Buffer, end: number) => boolean][] = [
  ['a.ogv', 'ogg', clip, (bytes, end) => bytes.toString('latin1', end, end + 4) === 'OggS'],
  ['a.mpg', 'mpeg', [...clip, '-r', '25'], (_bytes, end) => end % 2048 === 0],
  ['a.ts', 'mpegts', clip, (_bytes, end) => end % 188 === 0],
  ['a.m2ts', 'mpegts', clip, (_bytes, end) => end % 192 === 0],
];

const fractions = [0.35, 0.5, 0.61, 0.77, 0.9];

test.each(telling)('%s: whole is whole, and every cut is told', async (name, container, args) => {
  const bytes = await readFile(await media.make(name, ...args));
  await expect(endOf(bytes, container)).resolves.toBeUndefined();
  for (const fraction of fractions) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * fraction));
    await expect(endOf(cut, container)).resolves.toMatch(/byte|last tag|of \d+ bytes/);
  }
});

test.each(tellingInside)(
  '%s: every cut inside a packet is told',
  async (name, container, args, isBetween) => {
    const bytes = await readFile(await media.make(name, ...args));
    await expect(endOf(bytes, container)).resolves.toBeUndefined();
    for (const fraction of fractions) {
      let end = Math.floor(bytes.length * fraction);
      if (isBetween(bytes, end)) end += 1;
      await expect(endOf(bytes.subarray(0, end), container)).resolves.toBeDefined();
    }
  },
);

test('a cut between two packets of a transport stream cannot be told', async () => {
  const bytes = await readFile(await media.make('a.ts', ...clip));
  await expect(endOf(bytes.subarray(0, 188 * 100), 'mpegts')).resolves.toBeUndefined();
});

test('an FLV cut between two tags is told by its stated duration', async () => {
  const [, , args] = telling.find(([name]) => name === 'a.flv') ?? [];
  const bytes = await readFile(await media.make('a.flv', ...(args ?? [])));
  let end = 13;
  while (end < bytes.length / 2) end += 11 + bytes.readUIntBE(end + 1, 3) + 4;
  const found = await endOf(longer(bytes).subarray(0, end), 'flv');
  expect(found).toMatch(/the last tag is at 0\.\d+ s of 20 s/);
});

/** The same FLV, but with a stated duration of 20 s. */
function longer(flv: Buffer): Buffer {
  const bytes = Buffer.from(flv);
  bytes.writeDoubleBE(20, bytes.indexOf('\x00\x08duration\x00', 0, 'latin1') + 11);
  return bytes;
}

test('a movie cut far in front of its next sound is told, where ffmpeg is silent', async () => {
  const mp4 = await readFile(await media.make('faststart.mp4', ...clip, '-movflags', 'faststart'));
  const offsets = mp4.indexOf('stco', mp4.indexOf('soun', 0, 'latin1'), 'latin1') + 12;
  const count = mp4.readUInt32BE(offsets - 4);
  expect(count).toBeGreaterThan(1);
  const lastEntry = offsets + (count - 1) * 4;
  const lastChunk = mp4.readUInt32BE(lastEntry);
  const gap = Buffer.alloc(1_000_000);
  const spread = Buffer.concat([mp4.subarray(0, lastChunk), gap, mp4.subarray(lastChunk)]);
  spread.writeUInt32BE(lastChunk + gap.length, lastEntry);
  await expect(endOf(spread, 'mov')).resolves.toBeUndefined();
  const cut = spread.subarray(0, lastChunk + 1000);
  await expect(endOf(cut, 'mov')).resolves.toMatch(/a sound track ends at byte/);
  // The last chunk is there, its last byte is not.
  await expect(endOf(spread.subarray(0, spread.length - 1), 'mov')).resolves.toBeDefined();
});

test('an mdat that claims too much is no sign', async () => {
  const bytes = Buffer.from(
    await readFile(await media.make('end.mp4', ...clip, '-movflags', 'faststart')),
  );
  const mdat = bytes.indexOf('mdat', 0, 'latin1') - 4;
  bytes.writeUInt32BE(bytes.readUInt32BE(mdat) + 5000, mdat);
  await expect(endOf(bytes, 'mov')).resolves.toBeUndefined();
});

test('a hole between fragments is told, padding behind them is none', async () => {
  const whole = await readFile(
    await media.make('fragmented.mp4', ...clip, '-g', '2', '-movflags', 'frag_keyframe+empty_moov'),
  );
  const holed = Buffer.from(whole);
  holed.fill(0, Math.floor(whole.length * 0.4), Math.floor(whole.length * 0.65));
  await expect(endOf(holed, 'mov')).resolves.toMatch(/no box begins .* fragments behind it/);
  const padded = Buffer.concat([whole, Buffer.alloc(5000)]);
  await expect(endOf(padded, 'mov')).resolves.toBeUndefined();
});

test.each<[string, Container, string[]]>([
  ['matroska', 'matroska', [...tone(2), '-f', 'matroska']],
  ['webm', 'matroska', [...tone(2), '-c:a', 'libopus', '-f', 'webm']],
  ['wav', 'wav', [...tone(2), '-f', 'wav']],
  ['avi', 'avi', [...toneWithPicture(2), '-c:v', 'mpeg4', '-f', 'avi']],
  ['flv', 'flv', [...toneWithPicture(2, 44_100), '-c:v', 'flv', '-c:a', 'libmp3lame', '-f', 'flv']],
  ['caf', 'caf', [...tone(2), '-f', 'caf']],
  ['asf', 'asf', [...toneWithPicture(2), '-c:v', 'wmv2', '-c:a', 'wmav2', '-f', 'asf']],
])('%s written into a pipe states nothing, and is whole', async (name, container, args) => {
  // With this option ffmpeg writes a file as if it were a pipe.
  const path = await media.make(`unseekable.${name}`, ...args, '-seekable', '0');
  await expect(endOf(await readFile(path), container)).resolves.toBeUndefined();
});

test('arbitrary and damaged bytes never make it fail', async () => {
  const wholes = await Promise.all(
    [...telling, ...tellingInside].map(async ([name, , args]) =>
      readFile(await media.make(name, ...args)),
    ),
  );
  const change = fc.record({ at: fc.nat(4000), to: fc.uint8Array({ maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...wholes, Buffer.alloc(0), Buffer.from('random bytes of no kind')),
      fc.constantFrom(...containers),
      fc.array(change, { maxLength: 6 }),
      fc.nat(20_000),
      async (whole, container, changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const { at, to } of changes) if (at + to.length < bytes.length) bytes.set(to, at);
        const found = await endOf(bytes, container);
        expect(found === undefined || found.length > 0).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});
