import { inBatches, letterBatch } from './letter-batch';

const { letters, bodyBytes } = letterBatch;

it.each<[string, number[], number[]]>([
  ['nothing', [], []],
  ['one', [7], [1]],
  ['as many as go together', Array<number>(letters).fill(1), [letters]],
  ['one more', Array<number>(letters + 1).fill(1), [letters, 1]],
  ['all the memory there is', [bodyBytes - 1, 1], [2]],
  ['a byte more', [bodyBytes - 1, 2], [1, 1]],
  ['larger ones', [1, bodyBytes + 1, bodyBytes + 1, 1, 1], [1, 1, 1, 2]],
])('cuts %s', async (_what, sizes, lengths) => {
  const cut: number[][] = [];
  for await (const batch of inBatches(sizes.map((size) => ({ bodyBytes: size })))) {
    cut.push(batch.map((letter) => letter.bodyBytes));
  }
  expect(cut.map(({ length }) => length)).toEqual(lengths);
  expect(cut.flat()).toEqual(sizes);
});
