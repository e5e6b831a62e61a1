const times = 5;

/** The median of five runs, in milliseconds. */
export async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < times; index += 1) took.push((await timed(run)).ms);
  return median(took);
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export async function timed<Answer>(
  run: () => Promise<Answer>,
): Promise<{ readonly ms: number; readonly answer: Answer }> {
  const beganMs = performance.now();
  const answer = await run();
  return { ms: performance.now() - beganMs, answer };
}
