import type { Field } from '../dashboards/dashboard';

/** Steps that read well, in the unit of the axis. */
const decimalSteps = [1, 2, 2.5, 5];
const wholeSteps = [1, 2, 5];
const secondSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400,
];

export interface NiceAxis {
  readonly max: number;
  readonly interval: number;
  readonly ticks: readonly number[];
}

/** An axis from zero whose ticks are round numbers of its unit, about 40 pixels apart. */
export function niceAxis(
  highest: number,
  { unit, max }: Pick<Field, 'unit' | 'max'>,
  pixels: number,
): NiceAxis {
  const count = Math.max(2, Math.min(6, Math.floor(pixels / 36)));
  const least = max ?? (highest > 0 ? highest * 1.05 : 1);
  const interval = stepAtLeast(least / count, unit, highest);
  const top = max ?? Math.ceil(least / interval - 1e-9) * interval;
  const ticks = Array.from(
    { length: Math.floor(top / interval + 1e-9) + 1 },
    (_, index) => index * interval,
  );
  return { max: top, interval, ticks };
}

function stepAtLeast(least: number, unit: string, highest: number): number {
  if (unit === 's' && least > 0.5) {
    const step = secondSteps.find((seconds) => seconds >= least);
    if (step !== undefined) return step;
  }
  if (unit === 'bytes' || unit === 'binBps') {
    const power = 1_024 ** Math.max(0, Math.floor(Math.log(least) / Math.log(1_024)));
    const steps = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1_024];
    return (steps.find((step) => step * power >= least) ?? 1_024) * power;
  }
  // Things are counted in whole ones.
  if (unit === 'short' && (highest >= 1 || highest === 0) && least < 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = unit === 'short' && power === 1 ? wholeSteps : decimalSteps;
  const step = steps.find((step) => step * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}
