/**
 * A table whose columns are padded the way Prettier does it, so that a file with it stays as
 * `npm run check` wants it.
 */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = headings.map((heading, column) =>
    Math.max(3, heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = [headings, ...rows].map((row) =>
    line(widths.map((width, column) => (row[column] ?? '').padEnd(width))),
  );
  padded.splice(1, 0, line(widths.map((width) => '-'.repeat(width))));
  return padded.join('\n');
}
