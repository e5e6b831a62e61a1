import { settingCells, type Settings } from './config';

export interface SettingsSection {
  /** Name of the process, as people know it. */
  readonly process: string;
  readonly settings: Settings;
}

const headings = ['Variable', 'Default', 'Accepted', 'Meaning'];

/**
 * The configuration tables of the README, one section for each process. Columns are padded the
 * way Prettier does it, so that the README stays as `npm run check` wants it.
 */
export function renderSettingsTables(sections: readonly SettingsSection[]): string {
  return sections
    .map(({ process, settings }) => `### ${process}\n\n${renderTable(settings)}`)
    .join('\n\n');
}

function renderTable(settings: Settings): string {
  const rows = [headings, ...Object.values(settings).map(settingCells)];
  const widths = headings.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = rows.map((row) =>
    line(widths.map((width, column) => (row[column] ?? '').padEnd(width))),
  );
  padded.splice(1, 0, line(widths.map((width) => '-'.repeat(width))));
  return padded.join('\n');
}

/**
 * Replaces what stands between `<!-- begin: marker -->` and `<!-- end: marker -->`.
 *
 * @throws Error when the text does not have each of the two once, in this order.
 */
export function replaceBetweenMarkers(text: string, marker: string, content: string): string {
  const begin = `<!-- begin: ${marker} -->`;
  const end = `<!-- end: ${marker} -->`;
  const [before, rest, ...moreBegins] = text.split(begin);
  const [replaced, after, ...moreEnds] = (rest ?? '').split(end);
  if (
    before === undefined ||
    replaced === undefined ||
    after === undefined ||
    before.includes(end) ||
    moreBegins.length > 0 ||
    moreEnds.length > 0
  ) {
    throw new Error(`expected the lines ${begin} and ${end}, once each and in this order`);
  }
  return `${before}${begin}\n\n${content.trim()}\n\n${end}${after}`;
}
