import type { Field } from '../dashboards/dashboard';
import { fitText, svgText, textWidth, type Box } from './svg';
import { theme } from './theme';
import { valueColor, wordOf } from './value-color';

const nameSize = 11;

export interface NamedValue {
  readonly name: string;
  readonly value: number;
}

/** One large number, or one for each series side by side. */
export function drawStat(values: readonly NamedValue[], field: Field, box: Box): string {
  if (values.length === 0) return big(field.noValue ?? 'No data', theme.text, box);
  const width = box.width / values.length;
  const words = values.map(({ value }) => wordOf(value, field));
  const single = values.length === 1;
  const room = { ...box, width, height: box.height - (single ? 0 : 18) };
  // All of one panel alike, as large as the widest can be.
  const size = Math.min(...words.map((word) => largest(word, room)));
  return values
    .map(({ name, value }, index) => {
      const cell = { ...room, x: box.x + index * width };
      const number = big(words[index] ?? '', valueColor(value, field), cell, size);
      if (single) return number;
      const label = svgText(
        fitText(name, nameSize, width - 4),
        cell.x + width / 2,
        cell.y + cell.height / 2 + size * 0.36 + 22,
        { size: nameSize, color: theme.faint, anchor: 'middle' },
      );
      return `${number}\n${label}`;
    })
    .join('\n');
}

function largest(text: string, { width, height }: Box): number {
  return Math.min(34, height * 0.6, (34 * (width - 12)) / textWidth(text, 34));
}

function big(text: string, color: string, box: Box, size = largest(text, box)): string {
  const { x, y, width, height } = box;
  return svgText(text, x + width / 2, y + height / 2 + size * 0.36, {
    size,
    color,
    weight: 500,
    anchor: 'middle',
  });
}
