import { fitText, svgRectangle, svgText, textWidth, type Box } from './svg';
import { theme } from './theme';

export interface LegendItem {
  readonly name: string;
  readonly color: string;
}

const size = 11;
const swatch = 12;
const gap = 14;
const lineHeight = 16;

/** Pixels that a legend of these items takes, in at most `mostLines` lines. */
export function legendHeight(items: readonly LegendItem[], width: number, mostLines: number) {
  return Math.min(place(items, width).length, mostLines) * lineHeight;
}

/** What each colour stands for; those that find no room are counted. */
export function drawLegend(items: readonly LegendItem[], box: Box, mostLines: number): string {
  const lines = place(items, box.width);
  const shown = lines.slice(0, mostLines);
  const left = lines.slice(mostLines).flat().length;
  return shown
    .map((line, index) => {
      const y = box.y + index * lineHeight + 11;
      // The last line gives up its last item for the count of those without room.
      const last = left > 0 && index === shown.length - 1;
      const items = last && line.length > 1 ? line.slice(0, -1) : line;
      const more = left + line.length - items.length;
      const drawn = items.map(
        ({ name, color, x, width }) =>
          svgRectangle({ x: box.x + x, y: y - 5.5, width: swatch, height: 3 }, color, { rx: 1 }) +
          svgText(fitText(name, size, width), box.x + x + swatch + 5, y, {
            size,
            color: theme.faint,
          }),
      );
      const end = items.at(-1);
      if (last && end !== undefined) {
        const x = box.x + end.x + swatch + 5 + end.width + gap;
        drawn.push(svgText(`+ ${more} more`, x, y, { size, color: theme.faint }));
      }
      return drawn.join('\n');
    })
    .join('\n');
}

/** Lines of items, each with its place in its line and the room for its name. */
function place(items: readonly LegendItem[], width: number) {
  const lines: (LegendItem & { readonly x: number; readonly width: number })[][] = [];
  let x = Infinity;
  for (const item of items) {
    const room = Math.min(textWidth(item.name, size), width - swatch - 5);
    const taken = swatch + 5 + room;
    if (x + taken > width) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ ...item, x, width: room });
    x += taken + gap;
  }
  return lines;
}
