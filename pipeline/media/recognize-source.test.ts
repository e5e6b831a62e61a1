import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Container } from './container';
import { recognizeSource } from './recognize-source';
import { SNIFF_BYTES, sniffContainer } from './sniff-container';
import { SourceFile } from './source-file';
import { picture, TestMedia, tone, toneWithPicture } from './test-media';

const run = promisify(execFile);
const media = new TestMedia();
afterAll(() => media.remove());

const recognize = (path: string): Promise<Container> => SourceFile.with(path, recognizeSource);

async function recognizeBytes(bytes: Buffer | string): Promise<Container> {
  const path = media.path('bytes.mp4');
  await writeFile(path, bytes);
  return recognize(path);
}

const refused = (reason: string): unknown =>
  expect.objectContaining({ name: 'SourceRefused', reason });

const clip = toneWithPicture(0.5);
const files: [string, Container, string[]][] = [
  ['a.mp4', 'mov', clip],
  ['a.mov', 'mov', clip],
  ['a.3gp', 'mov', [...toneWithPicture(0.5, 16_000), '-c:v', 'mpeg4', '-c:a', 'aac']],
  ['fragmented.mp4', 'mov', [...clip, '-movflags', 'frag_keyframe+empty_moov']],
  ['a.m4a', 'mov', tone(0.5)],
  ['a.mkv', 'matroska', clip],
  ['a.webm', 'matroska', clip],
  ['live.webm', 'matroska', [...clip, '-live', '1']],
  ['a.avi', 'avi', clip],
  ['a.flv', 'flv', [...toneWithPicture(0.5, 44_100), '-c:v', 'flv', '-c:a', 'libmp3lame']],
  ['a.ts', 'mpegts', clip],
  ['a.m2ts', 'mpegts', clip],
  ['a.mpg', 'mpeg', [...clip, '-r', '25']],
  ['a.vob', 'mpeg', [...clip, '-r', '25']],
  ['a.wmv', 'asf', clip],
  ['a.ogv', 'ogg', clip],
  ['a.opus', 'ogg', tone(0.5)],
  ['a.wav', 'wav', tone(0.5)],
  ['rf64.wav', 'wav', [...tone(0.5), '-rf64', 'always']],
  ['a.w64', 'w64', tone(0.5)],
  ['a.mp3', 'mp3', tone(0.5)],
  [
    'bare.mp3',
    'mp3',
    [...tone(0.5), '-id3v2_version', '0', '-write_xing', '0', '-write_id3v1', '1'],
  ],
  ['a.mp2', 'mp3', tone(0.5)],
  ['a.aac', 'aac', tone(0.5)],
  ['a.flac', 'flac', tone(0.5)],
  ['a.aiff', 'aiff', tone(0.5)],
  ['a.caf', 'caf', tone(0.5)],
];

test.each(files)('%s is %s', async (name, container, args) => {
  await expect(recognize(await media.make(name, ...args))).resolves.toBe(container);
});

test('amr is amr', async () => {
  await expect(recognizeBytes('#!AMR\n\x3c')).resolves.toBe('amr');
});

test('what began before the recording did is found', async () => {
  const cut = async (name: string, bytes: number): Promise<Buffer> =>
    (await readFile(await media.make(name, ...clip))).subarray(bytes);
  await expect(recognizeBytes(await cut('a.ts', 100))).resolves.toBe('mpegts');
  const mp3 = await readFile(await media.make('a.mp3', ...tone(0.5)));
  await expect(recognizeBytes(mp3.subarray(mp3.length - 3000))).resolves.toBe('mp3');
});

test('a tag larger than what is sniffed may stand in front of audio', async () => {
  const large = Buffer.alloc(300_000);
  large.write('ID3\x03\x00\x00\x00\x12\x27\x56', 'latin1'); // 299,990 bytes follow the header
  for (const name of ['bare.mp3', 'a.aac', 'a.flac']) {
    const found = files.find(([file]) => file === name);
    const audio = await readFile(await media.make(name, ...(found?.[2] ?? [])));
    await expect(recognizeBytes(Buffer.concat([large, audio]))).resolves.toBe(found?.[1]);
    const twice = Buffer.concat([large, large, audio]);
    await expect(recognizeBytes(twice)).resolves.toBe(found?.[1]);
  }
  const mp4 = await readFile(await media.make('a.mp4', ...clip));
  await expect(recognizeBytes(Buffer.concat([large, mp4]))).rejects.toEqual(refused('not-a-video'));
});

test('an empty file is called empty', async () => {
  await expect(recognizeBytes('')).rejects.toEqual(refused('empty-file'));
});

const png = async (): Promise<Buffer> =>
  readFile(await media.make('a.png', ...picture(1), '-frames:v', '1'));
const id3 = 'ID3\x03\x00\x00\x00\x00\x00\x0a0123456789';
const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n';

test.each<[string, Buffer | string]>([
  ['text', 'This is a text, and its name ends in .mp4.\n'.repeat(100)],
  ['a text of one letter', 'G'.repeat(100_000)],
  ['zeros', Buffer.alloc(100_000)],
  ['an HLS playlist', playlist],
  ['an HLS playlist behind an ID3 tag', id3 + playlist],
  ['an ffconcat script', "ffconcat version 1.0\nfile 'other.ts'\n"],
  ['an ffconcat script behind an ID3 tag', `${id3}ffconcat version 1.0\nfile 'other.ts'\n`],
  ['a DASH manifest', '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'],
  ['an SDP session', 'v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n'],
  ['a shell script', '#!/bin/sh\necho "#!AMR"\n'],
  ['a JPEG', Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(5000, 0xff)])],
  ['a HEIC picture', '\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x08mdat'],
  ['a GIF', 'GIF89a' + 'x'.repeat(1000)],
  ['a WebP picture', 'RIFF\x00\x01\x00\x00WEBPVP8 '],
  ['a PDF', '%PDF-1.7\n'],
  ['a ZIP', 'PK\x03\x04\x14\x00'],
  ['other EBML', Buffer.from('1a45dfa38842828570727573', 'hex')],
  [
    'one frame and text',
    Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.from('text '.repeat(999))]),
  ],
  ['tags and nothing else', id3],
  ['a tag that claims more than there is', 'ID3\x03\x00\x00\x7f\x7f\x7f\x7f'],
  ['tags without end', id3.repeat(10)],
])('%s is refused', async (_what, bytes) => {
  await expect(recognizeBytes(bytes)).rejects.toEqual(refused('not-a-video'));
});

test('a picture is refused', async () => {
  await expect(recognizeBytes(await png())).rejects.toEqual(refused('not-a-video'));
});

test('the refused playlists are dangerous: a plain ffmpeg reads the file they name', async () => {
  await media.make('other.ts', ...tone(0.5));
  const disguises: [string, string][] = [
    ['hls.mp4', playlist],
    ['ffconcat.mp4', "ffconcat version 1.0\nfile 'other.ts'\n"],
  ];
  for (const [name, text] of disguises) {
    await writeFile(media.path(name), text);
    await expect(recognize(media.path(name))).rejects.toEqual(refused('not-a-video'));
    const output = media.path(`${name}.leak.wav`);
    const options = ['-v', 'error', '-protocol_whitelist', 'file'];
    await run('ffmpeg', [...options, '-i', media.path(name), '-y', output]);
    expect((await stat(output)).size).toBeGreaterThan(40_000);
  }
});

test('arbitrary and damaged beginnings never make it fail', async () => {
  const heads = await Promise.all(
    files.map(async ([name, , args]) =>
      (await readFile(await media.make(name, ...args))).subarray(0, 4096),
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      sniffContainer(Buffer.from(bytes));
    }),
    { numRuns: 2000 },
  );
  const change = fc.record({ at: fc.nat(200), to: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.array(change, { maxLength: 8 }),
      fc.nat(4096),
      (head, changes, length) => {
        const bytes = Buffer.from(head.subarray(0, length));
        for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to;
        sniffContainer(bytes);
      },
    ),
    { numRuns: 3000 },
  );
  expect(SNIFF_BYTES).toBe(65_536);
});
