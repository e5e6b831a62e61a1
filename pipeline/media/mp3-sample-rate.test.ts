import { mp3SampleRateFor, mp3SampleRates } from './mp3-sample-rate';

test('a rate that MP3 has is kept', () => {
  for (const rate of mp3SampleRates) expect(mp3SampleRateFor(rate)).toBe(rate);
});

test.each([
  [1, 8000],
  [7350, 8000],
  [22_254, 24_000],
  [37_800, 44_100],
  [47_952, 48_000],
  [64_000, 48_000],
  [88_200, 44_100],
  [96_000, 48_000],
  [176_400, 44_100],
  [192_000, 48_000],
])('%i Hz becomes %i Hz', (from, to) => {
  expect(mp3SampleRateFor(from)).toBe(to);
});
