import { EncodeProgress } from './encode-progress';

function percents(durationS: number | undefined, ...pieces: string[]): number[] {
  const seen: number[] = [];
  const progress = new EncodeProgress(durationS, (percent) => seen.push(percent));
  for (const piece of pieces) progress.text(piece);
  return seen;
}

const at = (seconds: number): string => `out_time_us=${seconds * 1_000_000}\nprogress=continue\n`;

test('percent of the time that is known', () => {
  expect(percents(200, at(1), at(3), at(100), at(199.9))).toEqual([1, 50, 99]);
});

test('it never goes back, repeats itself, or says that all is done', () => {
  expect(percents(100, at(50), at(20), at(50), at(51), at(100), at(500))).toEqual([50, 51, 99]);
});

test('a line may come in pieces', () => {
  expect(percents(100, 'out_time', '_us=500', '00000\nout_time_us=6000000', '0\n')).toEqual([
    50, 60,
  ]);
});

test('without a known time nothing is said, but the time that was reached is known', () => {
  expect(percents(undefined, at(50))).toEqual([]);
  expect(percents(0, at(50))).toEqual([]);
  const progress = new EncodeProgress(undefined, () => undefined);
  progress.text(at(2.5) + at(1) + 'out_time_us=N/A\nout_time_us=-1\n');
  expect(progress.reachedS).toBe(2.5);
});
