import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Container } from './container';
import { encodeMp3 } from './ffmpeg-command';
import { defaultMediaLimits, type MediaLimits } from './media-limits';
import { probeSource, type AudioTrack } from './probe-source';
import { TestMedia, tone } from './test-media';
import { transcode, type Transcoded } from './transcode';

const media = new TestMedia();
afterAll(() => media.remove());

const outputPath = media.path('out.mp3');
const { signal } = new AbortController();

function convert(sourcePath: string, limits: Partial<MediaLimits> = {}): Promise<Transcoded> {
  return transcode({
    sourcePath,
    outputPath,
    options: { quality: { kind: 'vbr', level: 2 } },
    limits: { ...defaultMediaLimits, ...limits },
    signal,
    onProgress: () => undefined,
  });
}

const refused = (reason: string): unknown =>
  expect.objectContaining({ name: 'SourceRefused', reason });

const track: AudioTrack = {
  streamIndex: 0,
  audioIndex: 0,
  codec: 'mp2',
  isDecodable: true,
  isEncrypted: false,
  isDefault: true,
  channels: 1,
  sampleRate: 48_000,
  startS: 0,
  durationS: undefined,
  statedCount: undefined,
};

const playlists: [string, string][] = [
  ['HLS', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nCANARY\n#EXT-X-ENDLIST\n'],
  ['ffconcat', "ffconcat version 1.0\nfile 'CANARY'\n"],
];

/** The one that a name suggests, those that search for a beginning, and one that knows its own. */
const forced: Container[] = ['mov', 'mp3', 'aac', 'mpegts', 'ogg'];

/** A playlist that names a real file, once relative and once absolute. */
async function disguised(text: string): Promise<string[]> {
  const canary = await media.make('canary.ts', ...tone(1));
  const paths = [media.path('relative.mp4'), media.path('absolute.mp4')];
  await writeFile(media.path('relative.mp4'), text.replace('CANARY', 'canary.ts'));
  await writeFile(media.path('absolute.mp4'), text.replace('CANARY', canary));
  return paths;
}

test.each(playlists)('%s named .mp4 is no video', async (_kind, text) => {
  for (const path of await disguised(text)) {
    await expect(convert(path)).rejects.toEqual(refused('not-a-video'));
  }
  expect(existsSync(outputPath)).toBe(false);
});

test.each(playlists)('%s reaches no other file even past the sniffer', async (_kind, text) => {
  for (const path of await disguised(text)) {
    for (const container of forced) {
      const limits = defaultMediaLimits;
      const probed = await probeSource({ path, container, limits, signal }).catch(() => undefined);
      // Some demuxers see an audio stream in anything, but never the codec of the canary's packets.
      expect(probed?.audioTracks.map(({ codec }) => codec) ?? []).not.toContain('mp2');
      const encoded = await encodeMp3({
        sourcePath: path,
        container,
        track,
        outputPath,
        quality: { kind: 'vbr', level: 9 },
        tags: {},
        cover: { kind: 'none' },
        limits,
        durationS: undefined,
        signal,
        onProgress: () => undefined,
      }).catch(() => undefined);
      // A second of the canary would be 48,000.
      expect(encoded?.decodedSamples ?? 0).toBeLessThan(5000);
    }
  }
});

test('an index that claims more than there is never reaches ffmpeg', async () => {
  const args = [...tone(1, 8000), '-c:a', 'pcm_s16le'];
  const bytes = Buffer.from(await readFile(await media.make('small.mov', ...args)));
  const field = (box: string, at: number, value: number): void => {
    bytes.writeUInt32BE(value, bytes.lastIndexOf(box, undefined, 'latin1') + at);
  };
  const samples = 400_000_000;
  field('stts', 12, samples);
  field('stts', 16, 2);
  field('stsz', 8, 1);
  field('stsz', 12, samples);
  field('stsc', 16, samples);
  await writeFile(media.path('bomb.mov'), bytes);
  await expect(convert(media.path('bomb.mov'))).rejects.toEqual(refused('damaged'));
});

test('more streams than allowed are refused', async () => {
  const tracks = Array.from({ length: 9 }, () => ['-map', '0:a']).flat();
  const source = await media.make('many.mkv', ...tone(0.2), ...tracks);
  await expect(convert(source, { maxStreams: 8 })).rejects.toEqual(refused('damaged'));
  await expect(convert(source, { maxStreams: 9 })).resolves.toMatchObject({ sampleRate: 48_000 });
});

test('a codec outside the allow-list is not decoded', async () => {
  const source = await media.make('g726.wav', ...tone(1, 8000), '-c:a', 'g726');
  await expect(convert(source)).rejects.toEqual(refused('no-audio'));
});
