import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectedSamples, type SampleRange } from './expected-samples';
import { TestMedia } from './test-media';

const run = promisify(execFile);
const media = new TestMedia();
afterAll(() => media.remove());

const expected = (
  samples: number,
  rates: number[],
  outputRate: number,
  formatChanges = 0,
): SampleRange => expectedSamples({ samples, rates, formatChanges }, outputRate);

test('without resampling it is exactly as many', () => {
  expect(expected(45_056, [44_100], 44_100)).toEqual({ least: 45_056, most: 45_056 });
});

test('a change of format may cost a frame', () => {
  expect(expected(45_056, [44_100], 44_100, 2)).toEqual({ least: 45_056 - 2304, most: 45_056 });
});

test('a sample more or less where the rate changes', () => {
  expect(expected(96_000, [96_000], 48_000)).toEqual({ least: 47_999, most: 48_001 });
  expect(expected(1000, [44_100], 48_000).least).toBeGreaterThan(1050);
});

test('with several rates it is between what each would give', () => {
  const { least, most } = expected(96_000, [48_000, 24_000], 48_000, 1);
  expect(least).toBe(95_998 - 1152);
  expect(most).toBe(192_002);
});

test.each([
  [96_000, 48_000, 123_457],
  [64_000, 44_100, 96_001],
  [37_800, 44_100, 8000],
  [11_127, 12_000, 96_001],
  [192_000, 48_000, 100],
])("ffmpeg's resampler from %i to %i keeps to it for %i samples", async (from, to, count) => {
  const lavfi = `anoisesrc=seed=1:r=${from},atrim=end_sample=${count}`;
  const { stderr } = await run('ffmpeg', [
    ...['-hide_banner', '-v', 'verbose', '-f', 'lavfi', '-i', lavfi, '-ar', String(to)],
    ...['-c:a', 'libmp3lame', '-y', media.path('out.mp3')],
  ]);
  const encoded = Number(/encoded \((\d+) samples/.exec(stderr)?.[1]);
  const { least, most } = expected(count, [from], to);
  expect(encoded).toBeGreaterThanOrEqual(least);
  expect(encoded).toBeLessThanOrEqual(most);
});
