import { replayIn } from './replay-count';

it.each<[unknown, number]>([
  [undefined, 0],
  [0, 0],
  [1, 1],
  [1_000_000, 1_000_000],
  [1_000_001, 0],
  [Number.MAX_SAFE_INTEGER, 0],
  [Infinity, 0],
  [-1, 0],
  [1.5, 0],
  ['3', 0],
  [{ '!': 'timestamp', value: 3 }, 0],
])('the header %p says %p', (replay, count) => {
  expect(replayIn({ replay })).toBe(count);
});
