import { readFile, stat, writeFile } from 'node:fs/promises';
import { takeCover, type Cover } from './cover-picture';
import { defaultMediaLimits, type MediaLimits } from './media-limits';
import { probeSource } from './probe-source';
import { cleanTag, pickTags } from './source-tags';
import { picture, TestMedia, tone, toneWithPicture } from './test-media';
import { transcode, type Transcoded, type TranscodeRequest } from './transcode';

const media = new TestMedia();
afterAll(() => media.remove());

const outputPath = media.path('out.mp3');

function convert(
  sourcePath: string,
  own: Partial<TranscodeRequest> = {},
  limits: Partial<MediaLimits> = {},
): Promise<Transcoded> {
  return transcode({
    sourcePath,
    outputPath,
    options: { quality: { kind: 'vbr', level: 2 } },
    limits: { ...defaultMediaLimits, ...limits },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...own,
  });
}

interface Id3Frame {
  readonly id: string;
  readonly body: Buffer;
}

/** The frames of the MP3's ID3v2.3 tag (ID3v2.3, section 3.3). */
async function id3Frames(): Promise<Id3Frame[]> {
  const bytes = await readFile(outputPath);
  expect(bytes.toString('latin1', 0, 4)).toBe('ID3\x03');
  const size = [...bytes.subarray(6, 10)].reduce((sum, byte) => sum * 128 + byte, 0);
  const frames: Id3Frame[] = [];
  for (let at = 10; at + 10 < 10 + size && bytes[at] !== 0;) {
    const length = bytes.readUInt32BE(at + 4);
    const body = bytes.subarray(at + 10, at + 10 + length);
    frames.push({ id: bytes.toString('latin1', at, at + 4), body });
    at += 10 + length;
  }
  return frames;
}

/** Text frames, decoded (section 4.2): encoding 0 is Latin-1, 1 is UTF-16 with a byte order mark. */
async function texts(): Promise<Record<string, string>> {
  const frames = (await id3Frames()).filter(({ id }) => id.startsWith('T') && id !== 'TXXX');
  return Object.fromEntries(
    frames.map(({ id, body }) => {
      const text = body[0] === 0 ? body.toString('latin1', 1) : body.toString('utf16le', 3);
      return [id, text.replace(/\0+$/, '')];
    }),
  );
}

const title = 'Größe 🎵 – 日本';
const tagged = [
  ...['-metadata', `title=${title}`, '-metadata', 'artist=One; Two', '-metadata', 'album=Third'],
  ...['-metadata', 'genre=Rock', '-metadata', 'track=3/9', '-metadata', 'date=2021'],
  ...['-metadata', 'comment=leave me', '-metadata', 'location=+40.680-074.500/'],
];

test.each([
  ['a.mp4', toneWithPicture(1)],
  ['a.mkv', toneWithPicture(1)],
  ['a.ogg', tone(1)],
  ['a.mp3', tone(1)],
  ['a.flac', tone(1)],
])('the tags of %s are kept as ID3v2.3', async (name, args) => {
  await convert(await media.make(name, ...args, ...tagged), {
    tagsFallback: { title: 'file.mp4' },
  });
  expect(await texts()).toMatchObject({
    TIT2: title,
    TPE1: 'One; Two',
    TALB: 'Third',
    TCON: 'Rock',
    TRCK: '3/9',
    TYER: '2021',
  });
  const all = (await readFile(outputPath)).toString('latin1');
  expect(all).not.toContain('leave me');
  expect(all).not.toContain('40.680');
});

test('without a title the fallback is one', async () => {
  const source = await media.make('untitled.mp4', ...toneWithPicture(1));
  await convert(source, { tagsFallback: { title: 'Holiday "1".mp4\n🏖' } });
  expect((await texts())['TIT2']).toBe('Holiday "1".mp4 🏖');
  await convert(source);
  expect(await texts()).not.toHaveProperty('TIT2');
});

test('a tag is data, whatever it says', async () => {
  const report =
    '[verbose]   Input stream #0:0 (audio): 1 packets read (1 bytes); 9 frames decoded (9 samples); ';
  const strange = ['-y', '-i', `x\n${report}\n[error] No space left on device`, '=;#[chapter]'];
  for (const [index, text] of strange.entries()) {
    const source = await media.make(
      `strange${index}.mkv`,
      ...tone(1),
      '-metadata',
      `title=${text}`,
    );
    expect((await convert(source)).samples).toBeGreaterThan(47_000);
    expect((await texts())['TIT2']).toBe(text.replaceAll('\n', ' ').trim());
  }
});

test('tags are cleaned and cut at whole characters', () => {
  expect(cleanTag('  a\u0000b\tc\r\n\u2028d ')).toBe('a b c d');
  expect(cleanTag(`${'x'.repeat(499)}🎵`)).toBe('x'.repeat(499));
  expect(cleanTag('y'.repeat(2000))).toHaveLength(500);
  expect(pickTags({ TITLE: 'a', Artist: 'b', encoder: 'c', album: '\n' })).toEqual({
    title: 'a',
    artist: 'b',
  });
});

/** A clip with a cover; `format` is the picture's. */
async function covered(
  name: string,
  format: 'jpg' | 'png' | 'bmp',
  ...size: string[]
): Promise<string> {
  const cover = await media.make(
    `cover-${name}.${format}`,
    ...picture(1),
    '-frames:v',
    '1',
    ...size,
  );
  const attach = ['-c:v:0', 'copy', '-disposition:v:0', 'attached_pic'];
  return media.make(name, '-i', cover, ...tone(1), '-map', '1', '-map', '0', ...attach);
}

async function pictureFrames(): Promise<Buffer[]> {
  return (await id3Frames()).filter(({ id }) => id === 'APIC').map(({ body }) => body);
}

test.each([
  ['jpeg.m4a', 'jpg', 'image/jpeg'],
  ['png.m4a', 'png', 'image/png'],
  ['png.mp3', 'png', 'image/png'],
  ['jpeg.flac', 'jpg', 'image/jpeg'],
] as const)('the cover of %s is kept, byte for byte', async (name, format, type) => {
  const made = await convert(await covered(name, format));
  expect(made).toMatchObject({ cover: 'picture', samples: expect.any(Number) as unknown });
  const [apic, ...others] = await pictureFrames();
  expect(others).toEqual([]);
  const body = apic ?? Buffer.alloc(0);
  expect(body.toString('latin1', 1, 1 + type.length)).toBe(type);
  // Encoding, type, 0, then 3: the front cover (section 4.15).
  expect(body[1 + type.length + 1]).toBe(3);
  const original = await readFile(media.path(`cover-${name}.${format}`));
  expect(body.subarray(body.length - original.length).equals(original)).toBe(true);
});

test('an attached picture of a Matroska file is its cover', async () => {
  const cover = await media.make('cover.jpg', ...picture(1), '-frames:v', '1');
  const attach = ['-attach', cover, '-metadata:s:t', 'mimetype=image/jpeg'];
  const source = await media.make('attached.mkv', ...toneWithPicture(1), ...attach);
  expect((await convert(source)).cover).toBe('picture');
});

test('a cover that is too large or of another kind is left out', async () => {
  const jpeg = await covered('jpeg.m4a', 'jpg');
  expect((await convert(jpeg, {}, { maxCoverPixels: 64 * 64 - 1 })).cover).toBe('dropped');
  expect((await convert(jpeg, {}, { maxCoverPixels: 64 * 64 })).cover).toBe('picture');
  expect((await convert(jpeg, {}, { maxCoverBytes: 500 })).cover).toBe('dropped');
  expect(await pictureFrames()).toEqual([]);
  expect((await convert(await covered('bmp.m4a', 'bmp'))).cover).toBe('dropped');
});

test('a cover is looked at before anything decodes it', async () => {
  const { signal } = new AbortController();
  const sourcePath = await covered('jpeg.m4a', 'jpg');
  const coverPath = media.path('taken');
  const take = async (own: Partial<MediaLimits>): Promise<Cover> => {
    const limits = { ...defaultMediaLimits, ...own };
    const source = await probeSource({ path: sourcePath, container: 'mov', limits, signal });
    return takeCover({ source, sourcePath, coverPath, limits, signal });
  };
  const { size } = await stat(media.path('cover-jpeg.m4a.jpg'));
  await expect(take({})).resolves.toEqual({
    kind: 'picture',
    path: coverPath,
    demuxer: 'jpeg_pipe',
  });
  await expect(take({ maxCoverPixels: 4095 })).resolves.toEqual({
    kind: 'dropped',
    because: 'the picture has 64 × 64 pixels',
  });
  await expect(take({ maxCoverBytes: size + 1 })).resolves.toMatchObject({ kind: 'picture' });
  await expect(take({ maxCoverBytes: size })).resolves.toMatchObject({ kind: 'dropped' });
});

test('a cover of 16,000 × 16,000 pixels costs nothing', async () => {
  const bytes = Buffer.from(await readFile(await covered('png.m4a', 'png')));
  const header = bytes.indexOf('IHDR', 0, 'latin1');
  bytes.writeUInt32BE(16_000, header + 4);
  bytes.writeUInt32BE(16_000, header + 8);
  await writeFile(media.path('huge.m4a'), bytes);
  // Less than the pixels alone would take.
  const made = await convert(media.path('huge.m4a'), {}, { addressSpaceBytes: 500_000_000 });
  expect(made.cover).toBe('dropped');
  expect(made.samples).toBeGreaterThanOrEqual(48_000);
});

test('a cover that lies about itself does no harm', async () => {
  const bytes = Buffer.from(await readFile(await covered('jpeg.m4a', 'jpg')));
  const start = bytes.indexOf(Buffer.from('ffd8ff', 'hex'));
  bytes.fill(0x41, start + 300, start + 900);
  await writeFile(media.path('lying.m4a'), bytes);
  const made = await convert(media.path('lying.m4a'));
  expect(made.samples).toBeGreaterThanOrEqual(48_000);
});

test('a cover that ffmpeg stumbles over is left out', async () => {
  const bytes = Buffer.from(await readFile(await covered('jpeg.m4a', 'jpg')));
  const startOfFrame = bytes.indexOf(Buffer.from('ffc00011', 'hex'));
  expect(startOfFrame).toBeGreaterThan(0);
  // Nothing has 200 bits a sample.
  bytes[startOfFrame + 4] = 200;
  await writeFile(media.path('odd.m4a'), bytes);
  const made = await convert(media.path('odd.m4a'));
  expect(made.cover).toBe('dropped');
  expect(made.samples).toBeGreaterThanOrEqual(48_000);
});
