import type { RecordedAlert } from '../dashboards/recording';
import { formatElapsed } from './format-elapsed';
import { svgLine, svgRectangle, svgText, textWidth, type Box } from './svg';
import { colorOf, theme } from './theme';
import { timeAxis } from './time-axis';

const size = 11;
const pitch = 18;
const head = 34;
const foot = 26;

/** Pixels that the strip of these alerts takes. */
export function alertsHeight(alerts: readonly RecordedAlert[]): number {
  return alerts.length === 0 ? 0 : head + rowsOf(alerts).length * pitch + foot;
}

/**
 * When alerts fired while the picture was recorded: Grafana would show them on its alerting page;
 * here they say what the curves below come from.
 */
export function drawAlerts(
  alerts: readonly RecordedAlert[],
  { fromS, toS }: { readonly fromS: number; readonly toS: number },
  box: Box,
): string {
  const rows = rowsOf(alerts);
  const names = Math.max(...rows.map(([name]) => textWidth(name, size))) + 14;
  const plot = {
    x: box.x + 12 + names,
    y: box.y + head,
    width: box.width - names - 36,
    height: rows.length * pitch,
  };
  const atX = (s: number): number => plot.x + (plot.width * (s - fromS)) / (toS - fromS);
  const { interval, max } = timeAxis({ fromS, toS });
  const ticks = Array.from({ length: Math.floor(max / interval) + 1 }, (_, i) => i * interval);
  return [
    svgRectangle(box, theme.panel, { rx: 3, stroke: theme.border }),
    svgText('Alerts that fired', box.x + 12, box.y + 22, { size: 13, weight: 600 }),
    ...ticks.flatMap((elapsedS) => {
      const x = atX(fromS + elapsedS);
      return [
        svgLine([x, plot.y], [x, plot.y + plot.height], theme.grid),
        svgText(formatElapsed(elapsedS), x, plot.y + plot.height + 15, {
          size,
          color: theme.faint,
          anchor: 'middle',
        }),
      ];
    }),
    ...rows.flatMap(([name, spans], index) => {
      const y = plot.y + index * pitch;
      return [
        svgText(name, plot.x - 10, y + pitch / 2 + 4, { size, anchor: 'end' }),
        ...spans.map((span) => {
          const x = atX(span.fromS);
          const width = Math.max(3, atX(span.toS) - x);
          return svgRectangle({ x, y: y + 4, width, height: pitch - 8 }, colorOf('red'), { rx: 2 });
        }),
      ];
    }),
  ].join('\n');
}

/** One row for each alert, the first to fire on top. */
function rowsOf(alerts: readonly RecordedAlert[]): [string, RecordedAlert[]][] {
  const rows = new Map<string, RecordedAlert[]>();
  for (const alert of alerts.toSorted((a, b) => a.fromS - b.fromS)) {
    rows.set(alert.name, [...(rows.get(alert.name) ?? []), alert]);
  }
  return [...rows];
}
