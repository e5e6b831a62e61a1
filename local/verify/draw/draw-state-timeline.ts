import type { Field } from '../dashboards/dashboard';
import { drawLegend } from './draw-legend';
import { formatElapsed } from './format-elapsed';
import type { DrawnSeries, Frame } from './panel-content';
import { fitText, svgLine, svgRectangle, svgText, textWidth, type Box } from './svg';
import { colorOf, theme } from './theme';
import { timeAxis } from './time-axis';
import { valueColor } from './value-color';

const size = 11;
const mostPitch = 48;

/** A row for each series, coloured by what it was at the time. */
export function drawStateTimeline(
  series: readonly DrawnSeries[],
  field: Field,
  frame: Frame,
  box: Box,
): string {
  const words = field.mappings.map(({ options: { result } }) => ({
    name: result.text,
    color: colorOf(result.color),
  }));
  const legend = words.length > 0 ? 20 : 0;
  const names = Math.min(
    box.width * 0.35,
    Math.max(...series.map(({ name }) => textWidth(name, size)), 0) + 10,
  );
  const plot = {
    x: box.x + names,
    y: box.y,
    width: box.width - names - 10,
    height: box.height - legend - 20,
  };
  const pitch = Math.min(mostPitch, plot.height / Math.max(series.length, 1));
  const atX = (s: number): number =>
    plot.x + (plot.width * (s - frame.fromS)) / (frame.toS - frame.fromS);
  const rows = series.map(({ name, points }, index) => {
    const y = plot.y + index * pitch;
    const label = svgText(fitText(name, size, names - 8), plot.x - 8, y + pitch / 2 + 4, {
      size,
      anchor: 'end',
    });
    const spans = spansOf(points, field, frame).map(({ fromS, toS, color }) =>
      svgRectangle(
        { x: atX(fromS), y: y + 1, width: atX(toS) - atX(fromS), height: pitch - 2 },
        color,
        { 'fill-opacity': 0.75 },
      ),
    );
    return [label, ...spans].join('');
  });
  return [
    ...rows,
    axis(frame, plot, atX),
    drawLegend(words, { x: plot.x, y: box.y + box.height - 15, width: plot.width, height: 15 }, 1),
  ].join('\n');
}

/** Neighbours of one colour are one span. */
function spansOf(points: DrawnSeries['points'], field: Field, { stepS, toS }: Frame) {
  const spans: { fromS: number; toS: number; color: string }[] = [];
  points.forEach(([atS, value], index) => {
    if (value === null) return;
    const next = points[index + 1]?.[0] ?? Math.min(atS + stepS, toS);
    const color = valueColor(value, field);
    const last = spans.at(-1);
    if (last?.toS === atS && last.color === color) last.toS = next;
    else spans.push({ fromS: atS, toS: next, color });
  });
  return spans;
}

function axis(frame: Frame, plot: Box, atX: (s: number) => number): string {
  const { interval, max } = timeAxis(frame);
  const y = plot.y + plot.height;
  const ticks = Array.from({ length: Math.floor(max / interval) + 1 }, (_, index) => {
    const elapsedS = index * interval;
    return svgText(formatElapsed(elapsedS), atX(frame.fromS + elapsedS), y + 14, {
      size,
      color: theme.faint,
      anchor: 'middle',
    });
  });
  return [svgLine([plot.x, y], [plot.x + plot.width, y], theme.border), ...ticks].join('');
}
