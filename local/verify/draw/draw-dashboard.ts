import type { Dashboard } from '../dashboards/dashboard';
import type { Recording } from '../dashboards/recording';
import { alertsHeight, drawAlerts } from './draw-alerts';
import { drawPanel } from './draw-panel';
import { stepOf } from './panel-content';
import { svgRectangle, svgText, wrapText } from './svg';
import { theme } from './theme';

/** GitHub shows a README about as wide. */
const width = 1_200;
const margin = 12;
const columns = 24;
/** Grafana's grid: cells of 30 pixels, 8 apart. */
const cell = 30;
const gap = 8;

const headSize = 20;
const noteSize = 12;

/** A dashboard as Grafana shows it over one run, as an SVG. */
export function drawDashboard(dashboard: Dashboard, recording: Recording): string {
  const inner = width - 2 * margin;
  const notes = [
    ...wrapText(dashboard.description, noteSize, inner),
    'Drawn from what Prometheus recorded while the product was driven through failures on purpose; numbers without a time are of the end of the run. Upright lines: restarts (blue), replays (purple).',
  ].flatMap((note) => wrapText(note, noteSize, inner));
  const stripY = 44 + notes.length * 17;
  const strip = { x: margin, y: stripY, width: inner, height: alertsHeight(recording.alerts) };
  const gridY = stripY + (strip.height === 0 ? 0 : strip.height + gap);
  const rows = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
  const height = gridY + rows * (cell + gap) - gap + margin;
  const { fromS, toS, marks } = recording;
  const stepS = stepOf(recording);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${theme.font}">`,
    svgRectangle({ x: 0, y: 0, width, height }, theme.page),
    svgText(dashboard.title, margin, 30, { size: headSize, weight: 600 }),
    ...notes.map((note, index) =>
      svgText(note, margin, 50 + index * 17, { size: noteSize, color: theme.faint }),
    ),
    ...(strip.height === 0 ? [] : [drawAlerts(recording.alerts, { fromS, toS }, strip)]),
    ...dashboard.panels.map((panel) => {
      const { x, y, w, h } = panel.gridPos;
      const pitch = (inner + gap) / columns;
      const box = {
        x: margin + x * pitch,
        y: gridY + y * (cell + gap),
        width: w * pitch - gap,
        height: h * (cell + gap) - gap,
      };
      const frame = { id: `panel-${panel.id}`, fromS, toS, stepS, marks };
      return drawPanel(panel, recording.panels[String(panel.id)] ?? [], frame, box);
    }),
    '</svg>',
  ].join('\n')}\n`;
}
