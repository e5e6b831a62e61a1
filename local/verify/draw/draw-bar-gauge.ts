import type { Field } from '../dashboards/dashboard';
import type { NamedValue } from './draw-stat';
import { fitText, svgRectangle, svgText, textWidth, type Box } from './svg';
import { theme } from './theme';
import { valueColor, wordOf } from './value-color';

const size = 12;
const gap = 6;

/** One bar for each series, as long as its share of the largest, or of the field's maximum. */
export function drawBarGauge(values: readonly NamedValue[], field: Field, box: Box): string {
  if (values.length === 0) {
    return svgText(field.noValue ?? 'No data', box.x + box.width / 2, box.y + box.height / 2, {
      size: 14,
      anchor: 'middle',
    });
  }
  const pitch = Math.min(54, box.height / values.length);
  const shown = values.slice(0, Math.max(1, Math.floor(box.height / Math.max(pitch, 16))));
  const height = Math.max(8, Math.min(34, pitch - gap));
  const names = Math.min(
    box.width * 0.42,
    Math.max(...shown.map(({ name }) => textWidth(name, size))) + 10,
  );
  const words = shown.map(({ value }) => wordOf(value, field));
  const room = Math.max(...words.map((word) => textWidth(word, size))) + 12;
  const bar = { x: box.x + names, width: box.width - names - room, height };
  const most =
    field.max ?? Math.max(...values.map(({ value }) => (Number.isFinite(value) ? value : 0)), 0);
  return shown
    .map(({ name, value }, index) => {
      const y = box.y + index * pitch + (pitch - height) / 2;
      const base = y + height / 2 + size * 0.36;
      const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
      const color = valueColor(value, field);
      return [
        svgText(fitText(name, size, names - 8), box.x + names - 8, base, { size, anchor: 'end' }),
        svgRectangle({ ...bar, y }, theme.unfilled, { rx: 2 }),
        share > 0 ? svgRectangle({ ...bar, y, width: bar.width * share }, color, { rx: 2 }) : '',
        svgText(words[index] ?? '', box.x + box.width, base, {
          size,
          color,
          weight: 500,
          anchor: 'end',
        }),
      ].join('');
    })
    .join('\n');
}
