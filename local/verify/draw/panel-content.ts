import { nameSeries } from '../dashboards/name-series';
import type { Panel } from '../dashboards/dashboard';
import type { RecordedMark, RecordedTarget, Recording, Series } from '../dashboards/recording';

/** A series with the name it has in the legend; null where it has no value. */
export interface DrawnSeries {
  readonly name: string;
  readonly points: readonly (readonly [number, number | null])[];
}

/** What all panels of a picture have in common, and the ids of one of them. */
export interface Frame {
  readonly id: string;
  readonly fromS: number;
  readonly toS: number;
  /** Between two values of a series that has no gap. */
  readonly stepS: number;
  readonly marks: readonly RecordedMark[];
}

/** Every series of a panel over the run. */
export function seriesOver(
  panel: Panel,
  recorded: readonly RecordedTarget[],
  { stepS }: Frame,
): DrawnSeries[] {
  return named(panel, recorded, ({ over }) => over).map(({ name, points }) => ({
    name,
    points: withGaps(points, stepS),
  }));
}

/** The shortest pause between two values anywhere: some series has no gap. */
export function stepOf({ panels }: Pick<Recording, 'panels'>): number {
  const series = Object.values(panels).flatMap((targets) => targets.flatMap(({ over }) => over));
  return series.reduce((least, { points }) => {
    const pauses = points.slice(1).map(([atS], index) => atS - (points[index]?.[0] ?? 0));
    return Math.min(least, ...pauses);
  }, Infinity);
}

/** What a panel of "now" shows: each series' last value. */
export function valuesNow(panel: Panel, recorded: readonly RecordedTarget[]) {
  return named(panel, recorded, ({ now }) => now).flatMap(({ name, points }) => {
    const last = points.at(-1);
    return last === undefined ? [] : [{ name, value: last[1] }];
  });
}

function named(
  panel: Panel,
  recorded: readonly RecordedTarget[],
  seriesOf: (target: RecordedTarget) => readonly Series[],
) {
  return panel.targets.flatMap(({ refId, legendFormat }) =>
    recorded
      .filter((target) => target.refId === refId)
      .flatMap(seriesOf)
      .map(({ labels, points }) => ({ name: nameSeries(legendFormat, labels), points })),
  );
}

/** A line ends where values are missing, as Grafana's does; also where one is infinite. */
function withGaps(points: Series['points'], stepS: number): DrawnSeries['points'] {
  return points.flatMap(([atS, value], index): DrawnSeries['points'] => {
    const before = points[index - 1]?.[0];
    const drawn = [atS, Number.isFinite(value) ? value : null] as const;
    const gap = before !== undefined && atS - before > stepS * 1.5;
    return gap ? [[before + stepS, null], drawn] : [drawn];
  });
}
