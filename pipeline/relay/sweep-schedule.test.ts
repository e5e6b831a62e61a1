import { SweepSchedule } from './sweep-schedule';

let nowMs: number;

beforeEach(() => {
  nowMs = 5_000;
});

/** When it is due next, counted from now. */
function dueInMs(schedule: SweepSchedule): number {
  const fromMs = nowMs;
  while (!schedule.isDue()) nowMs += 100;
  return nowMs - fromMs;
}

it.each([
  [3_600_000, 60_000],
  [60_000, 60_000],
  [3_000, 3_000],
])('with a pause of %d ms the first sweep comes after %d ms', (everyMs, firstMs) => {
  const schedule = new SweepSchedule(everyMs, () => nowMs);
  expect(dueInMs(schedule)).toBe(firstMs);
  // It failed: it is tried again at once.
  expect(schedule.isDue()).toBe(true);
  nowMs += 700;
  schedule.swept();
  expect(dueInMs(schedule)).toBe(everyMs);
});
