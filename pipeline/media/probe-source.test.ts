import { readFile, writeFile } from 'node:fs/promises';
import { defaultMediaLimits } from './media-limits';
import { examineSource } from './examine-source';
import { probeSource, type AudioTrack, type ProbedSource } from './probe-source';
import { rankTracks } from './rank-tracks';
import type { Container } from './container';
import { picture, TestMedia, tone, toneWithPicture } from './test-media';

const media = new TestMedia();
afterAll(() => media.remove());

const { signal } = new AbortController();
const limits = defaultMediaLimits;

const probe = (path: string, container: Container): Promise<ProbedSource> =>
  probeSource({ path, container, limits, signal });

test('an MP4 with everything', async () => {
  const cover = await media.make('cover.png', ...picture(1), '-frames:v', '1');
  const inputs = [...toneWithPicture(2), ...tone(1, 44_100), '-i', cover];
  const maps = ['-map', '1', '-map', '0', '-map', '2', '-map', '3'];
  const codecs = ['-c:a:0', 'aac', '-c:a:1', 'ac3', '-ac:a:1', '6', '-c:v:1', 'copy'];
  const dispositions = [
    '-disposition:v:1',
    'attached_pic',
    '-disposition:a:1',
    'default',
    '-disposition:a:0',
    '0',
  ];
  const tags = ['-metadata', 'title=Both', '-metadata', 'artist=Someone'];
  const path = await media.make('all.mp4', ...inputs, ...maps, ...codecs, ...dispositions, ...tags);
  const probed = await probe(path, 'mov');
  expect(probed).toMatchObject({
    container: 'mov',
    isDurationGuessed: false,
    tags: { title: 'Both', artist: 'Someone' },
    cover: { streamIndex: 3, codec: 'png' },
    audioTracks: [
      {
        streamIndex: 1,
        audioIndex: 0,
        codec: 'aac',
        channels: 1,
        sampleRate: 48_000,
        isDefault: false,
      },
      {
        streamIndex: 2,
        audioIndex: 1,
        codec: 'ac3',
        channels: 6,
        sampleRate: 44_100,
        isDefault: true,
      },
    ],
  });
  expect(probed.durationS).toBeCloseTo(2, 1);
  expect(probed.videoDurationS).toBeCloseTo(2, 1);
  expect(probed.audioTracks.map(({ durationS }) => Math.round(durationS ?? 0))).toEqual([2, 1]);
  expect(rankTracks(probed.audioTracks).map(({ audioIndex }) => audioIndex)).toEqual([1, 0]);
});

test('streams that a demuxer only finds on its way are found', async () => {
  const flv = await media.make(
    'a.flv',
    ...toneWithPicture(1, 44_100),
    '-c:v',
    'flv',
    '-c:a',
    'libmp3lame',
  );
  await expect(probe(flv, 'flv')).resolves.toMatchObject({ audioTracks: [{ codec: 'mp3' }] });
  const mpg = await media.make('a.mpg', ...toneWithPicture(1), '-r', '25');
  await expect(probe(mpg, 'mpeg')).resolves.toMatchObject({
    audioTracks: [{ codec: 'mp2', channels: 1 }],
  });
});

test('a guessed duration is called a guess', async () => {
  const aac = await media.make('a.aac', ...tone(2));
  await expect(probe(aac, 'aac')).resolves.toMatchObject({ isDurationGuessed: true });
});

test('a file of another container is damaged', async () => {
  const path = await media.make('a.mkv', ...toneWithPicture(1));
  await expect(probe(path, 'mov')).rejects.toMatchObject({
    name: 'SourceRefused',
    reason: 'damaged',
  });
});

test('a tag without end is cut', async () => {
  const tags = Array.from({ length: 20 }, () => [
    '-metadata',
    `title=${'x'.repeat(10_000)}`,
  ]).flat();
  const path = await media.make('tagged.mkv', ...toneWithPicture(1), ...tags);
  await expect(probe(path, 'matroska')).resolves.toMatchObject({
    tags: { title: 'x'.repeat(500) },
  });
});

/** An EBML element with a size of eight bytes (RFC 8794, section 4). */
function element(id: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

/** The body of the element at `at`, whose id has `idBytes`, and where it ends. */
function readElement(bytes: Buffer, at: number, idBytes: number): { body: Buffer; end: number } {
  const first = bytes.readUInt8(at + idBytes);
  const length = Math.clz32(first) - 23;
  let size = first & (0xff >>> length);
  for (let index = 1; index < length; index += 1) {
    size = size * 256 + bytes.readUInt8(at + idBytes + index);
  }
  const start = at + idBytes + length;
  return { body: bytes.subarray(start, start + size), end: start + size };
}

test('encrypted sound in a WebM is called encrypted', async () => {
  // RFC 9559, section 5.1.4.1.31: a content encoding of type 1, with the id of its key.
  const encryption = element(
    '5035',
    element('47e1', Buffer.of(5)),
    element('47e2', Buffer.from('key')),
  );
  const encodings = element('6d80', element('6240', element('5033', Buffer.of(1)), encryption));
  const webm = await readFile(await media.make('live.webm', ...tone(1), '-seekable', '0'));
  // The index in front names the element too.
  const at = webm.indexOf('1654ae6b', webm.indexOf('1654ae6b', 0, 'hex') + 4, 'hex');
  const tracks = readElement(webm, at, 4);
  const entryAt = tracks.body[0] === 0xbf ? readElement(tracks.body, 0, 1).end : 0;
  const entry = readElement(tracks.body, entryAt, 1);
  const changed = element('1654ae6b', element('ae', entry.body, encodings));
  const path = media.path('encrypted.webm');
  await writeFile(path, Buffer.concat([webm.subarray(0, at), changed, webm.subarray(tracks.end)]));
  await expect(examineSource(path, { limits, signal })).rejects.toMatchObject({
    reason: 'encrypted',
  });
});

test('of several tracks a clear one is taken', async () => {
  const tracks = (await probe(await media.make('b.mp4', ...toneWithPicture(1)), 'mov')).audioTracks;
  const [track] = tracks;
  if (track === undefined) throw new Error('no track');
  const make = (audioIndex: number, own: Partial<AudioTrack>): AudioTrack => ({
    ...track,
    audioIndex,
    ...own,
  });
  const order = (...all: AudioTrack[]): number[] =>
    rankTracks(all).map(({ audioIndex }) => audioIndex);
  expect(order(make(0, { isEncrypted: true }), make(1, { isDefault: false }), make(2, {}))).toEqual(
    [2, 1],
  );
  expect(order(make(0, { isDecodable: false }), make(1, {}))).toEqual([1]);
  expect(() => order()).toThrow(expect.objectContaining({ reason: 'no-audio' }) as Error);
  expect(() => order(make(0, { isDecodable: false }))).toThrow(
    expect.objectContaining({ reason: 'no-audio' }) as Error,
  );
  expect(() => order(make(0, { isEncrypted: true }))).toThrow(
    expect.objectContaining({ reason: 'encrypted' }) as Error,
  );
});
