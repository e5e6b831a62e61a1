import type { EChartsOption, LineSeriesOption } from 'echarts';
import type { Field } from '../dashboards/dashboard';
import { drawLegend, legendHeight } from './draw-legend';
import { formatElapsed } from './format-elapsed';
import { formatValue } from './format-value';
import { niceAxis } from './nice-axis';
import type { DrawnSeries, Frame } from './panel-content';
import { renderChart } from './render-chart';
import { textWidth, type Box } from './svg';
import { colorOf, paletteColor, theme } from './theme';
import { timeAxis } from './time-axis';

/** Lines over the run, stacked where the panel says so, with thresholds and marks. */
export function drawTimeSeries(
  series: readonly DrawnSeries[],
  field: Field,
  frame: Frame,
  box: Box,
): string {
  const items = series.map(({ name }, index) => ({ name, color: paletteColor(index) }));
  const named = items.some(({ name }) => name !== '');
  const mostLines = box.height > 160 ? 3 : 2;
  const legend = named ? legendHeight(items, box.width - 8, mostLines) : 0;
  const plot = { ...box, height: box.height - legend - (named ? 6 : 0) };
  const drawn = renderChart(optionOf(series, field, frame, plot), plot, frame.id);
  if (!named) return drawn;
  const below = { x: box.x + 8, y: plot.y + plot.height + 6, width: box.width - 8, height: legend };
  return `${drawn}\n${drawLegend(items, below, mostLines)}`;
}

function optionOf(
  series: readonly DrawnSeries[],
  field: Field,
  frame: Frame,
  plot: Box,
): EChartsOption {
  const stacked = field.custom.stacking?.mode === 'normal';
  const shown = stacked ? aligned(series) : series;
  const y = niceAxis(highestOf(shown, stacked), field, plot.height - 24);
  const label = (value: number) => formatValue(value, field.unit);
  const widest = Math.max(...y.ticks.map((tick) => textWidth(label(tick), 11)));
  return {
    grid: { left: Math.ceil(widest) + 12, right: 10, top: 8, bottom: 22, containLabel: false },
    xAxis: {
      ...timeAxis(frame),
      axisLabel: {
        fontSize: 11,
        color: theme.faint,
        margin: 7,
        formatter: formatElapsed,
        // The end of the run is no round number and would touch the label before it.
        showMaxLabel: false,
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: y.max,
      interval: y.interval,
      axisLabel: { fontSize: 11, color: theme.faint, formatter: label },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: [
      ...shown.map(({ points }, index): LineSeriesOption => {
        const color = paletteColor(index);
        return {
          type: 'line',
          data: points.map(([atS, value]) => [atS - frame.fromS, value]),
          showSymbol: false,
          itemStyle: { color },
          lineStyle: { width: 1.5, color },
          ...(stacked ? { stack: 'all', stackStrategy: 'all' as const } : {}),
          ...(field.custom.fillOpacity > 0
            ? { areaStyle: { opacity: field.custom.fillOpacity / 100, color } }
            : {}),
        };
      }),
      marksOf(field, frame, y.max),
    ],
  };
}

/** ECharts stacks the first on the first, whatever their times: so all get the same times. */
function aligned(series: readonly DrawnSeries[]): DrawnSeries[] {
  const times = new Set(series.flatMap(({ points }) => points.map(([atS]) => atS)));
  const sorted = [...times].sort((a, b) => a - b);
  return series.map(({ name, points }) => {
    const values = new Map(points);
    return { name, points: sorted.map((atS) => [atS, values.get(atS) ?? 0] as const) };
  });
}

/** Thresholds across, and what happened as upright lines. */
function marksOf(field: Field, { marks, fromS }: Frame, highest: number): LineSeriesOption {
  const shown = field.custom.thresholdsStyle?.mode === 'dashed';
  const limits = (shown ? (field.thresholds?.steps ?? []) : []).flatMap(({ value, color }) => {
    if (value === null || value > highest) return [];
    return [{ yAxis: value, lineStyle: { color: colorOf(color), type: [6, 4], width: 1.5 } }];
  });
  const moments = marks.map(({ atS, color }) => ({
    xAxis: atS - fromS,
    lineStyle: { color: colorOf(color), type: [3, 3], width: 1, opacity: 0.55 },
  }));
  return {
    type: 'line',
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      data: [...moments, ...limits] as NonNullable<
        NonNullable<LineSeriesOption['markLine']>['data']
      >,
    },
  };
}

function highestOf(series: readonly DrawnSeries[], stacked: boolean): number {
  const sums = new Map<number, number>();
  let highest = 0;
  for (const { points } of series) {
    for (const [atS, value] of points) {
      if (value === null || !Number.isFinite(value)) continue;
      const sum = stacked ? (sums.get(atS) ?? 0) + value : value;
      sums.set(atS, sum);
      highest = Math.max(highest, sum);
    }
  }
  return highest;
}
