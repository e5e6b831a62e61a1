import type { Series } from '../dashboards/recording';

/** Whether there is a number at any time; `NaN` (a share of nothing) is none. */
export function hasData(found: readonly Series[]): boolean {
  return found.some(({ points }) => points.some(([, value]) => !Number.isNaN(value)));
}
