import Table from 'cli-table3';
import type { Output } from '../terminal';
import { printableLine } from './printable';

export interface Column {
  readonly head: string;
  /** What is left of it, in characters, when the screen is narrow; none: it is never cut. */
  readonly least?: number;
  /** Left out on a screen that is too narrow all the same; the last such column first. */
  readonly spare?: true;
}

const gap = 2;

const borders = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
  [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((place) => [place, ''] as const),
);
/** Only a gap between columns: more letters on the screen, and lines that `grep` and `awk` like. */
const frame = { ...Object.fromEntries(borders), middle: ' '.repeat(gap) };

/** A table that fits the screen: wide columns are cut, then spare ones left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  { width, paint }: Pick<Output, 'width' | 'paint'>,
): string {
  const cells = rows.map((row) => row.map((cell) => printableLine(String(cell))));
  let shown = columns.map((column, index) => ({
    ...column,
    index,
    chars: Math.max(column.head.length, ...cells.map((row) => row[index]?.length ?? 0)),
  }));
  if (width !== undefined) {
    while (leastWidth(shown) > width) {
      const spare = shown.findLast((column) => column.spare === true);
      if (spare === undefined) break;
      shown = shown.filter((column) => column !== spare);
    }
    shown = shrink(shown, width);
  }
  const table = new Table({
    head: shown.map(({ head }) => paint('bold', head)),
    colWidths: shown.map(({ chars }) => chars),
    chars: frame,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of cells) table.push(shown.map(({ index }) => row[index] ?? ''));
  return table.toString().replace(/ +$/gm, '');
}

interface Sized extends Column {
  readonly index: number;
  readonly chars: number;
}

const leastOf = ({ least, head, chars }: Sized) =>
  Math.min(chars, Math.max(least ?? chars, head.length));

function leastWidth(columns: readonly Sized[]): number {
  return columns.reduce((sum, column) => sum + leastOf(column) + gap, -gap);
}

/** Takes from the widest column that can give until all fit. */
function shrink(columns: readonly Sized[], width: number): Sized[] {
  const sized = columns.map((column) => ({ ...column, least: leastOf(column) }));
  let over = sized.reduce((sum, { chars }) => sum + chars + gap, -gap) - width;
  for (; over > 0; over -= 1) {
    const widest = sized
      .filter(({ chars, least }) => chars > least)
      .reduce<(typeof sized)[number] | undefined>(
        (most, column) => (most === undefined || column.chars > most.chars ? column : most),
        undefined,
      );
    if (widest === undefined) break;
    widest.chars -= 1;
  }
  return sized;
}
