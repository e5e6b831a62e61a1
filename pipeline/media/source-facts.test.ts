import { readFile, writeFile } from 'node:fs/promises';
import { defaultMediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import { sourceFacts } from './source-facts';
import { TestMedia, tone, toneWithPicture } from './test-media';

const media = new TestMedia();
afterAll(() => media.remove());

const factsOf = (path: string, signal = new AbortController().signal) =>
  sourceFacts(path, { limits: defaultMediaLimits, signal });

test('a video with two audio tracks', async () => {
  const path = await media.make(
    'two.mkv',
    ...toneWithPicture(2),
    ...tone(2, 44_100),
    ...['-map', '1', '-map', '0', '-map', '2', '-c:a:0', 'aac', '-c:a:1', 'ac3'],
    ...['-c:v', 'mpeg4', '-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=und'],
  );
  const facts = await factsOf(path);
  expect(facts).toMatchObject({
    container: 'matroska',
    formatName: 'matroska,webm',
    bytes: (await readFile(path)).length,
    audioTracks: [
      { codec: 'aac', channels: 1, sampleRate: 48_000, language: 'ger' },
      { codec: 'ac3', channels: 1, sampleRate: 44_100 },
    ],
    video: { codec: 'mpeg4', width: 64, height: 64 },
    problem: null,
  });
  expect(facts.durationS).toBeCloseTo(2, 1);
  expect(facts.audioTracks[1]).not.toHaveProperty('language');
});

test('sound alone', async () => {
  const path = await media.make('alone.flac', ...tone(1));
  expect(await factsOf(path)).toMatchObject({ container: 'flac', video: null, problem: null });
});

test('a file of no format that we know', async () => {
  await writeFile(media.path('text'), 'This is not a video.');
  expect(await factsOf(media.path('text'))).toEqual({
    container: null,
    durationS: null,
    bytes: 20,
    audioTracks: [],
    video: null,
    problem: 'the content is of no format that we convert',
  });
});

test('a file that ffprobe cannot read is known by what its bytes show', async () => {
  const whole = await readFile(await media.make('whole.mp4', ...toneWithPicture(1)));
  // Its index is at its end.
  await writeFile(media.path('cut.mp4'), whole.subarray(0, 500));
  const facts = await factsOf(media.path('cut.mp4'));
  expect(facts).toMatchObject({ container: 'mov', bytes: 500, audioTracks: [], durationS: null });
  expect(facts.problem).toMatch(/\w/);
});

test('no file is an error, and so is an abort', async () => {
  await expect(factsOf(media.path('none'))).rejects.toThrow(MediaToolError);
  const path = await media.make('alone.flac', ...tone(1));
  const reason = new Error('stopping');
  await expect(factsOf(path, AbortSignal.abort(reason))).rejects.toBe(reason);
});
