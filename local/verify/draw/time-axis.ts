import type { Frame } from './panel-content';
import { theme } from './theme';

/** Seconds since the run began, in whole minutes where it is long. */
export function timeAxis({ fromS, toS }: Pick<Frame, 'fromS' | 'toS'>) {
  const lengthS = toS - fromS;
  const interval = lengthS > 480 ? 120 : lengthS > 180 ? 60 : 30;
  return {
    type: 'value' as const,
    min: 0,
    max: lengthS,
    interval,
    axisLine: { lineStyle: { color: theme.border } },
    axisTick: { lineStyle: { color: theme.border } },
    splitLine: { show: false },
  };
}
