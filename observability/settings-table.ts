import { settingCells, type Settings } from './config';
import { markdownTable } from './markdown-table';

export interface SettingsSection {
  /** Name of the process, as people know it. */
  readonly process: string;
  readonly settings: Settings;
}

const headings = ['Variable', 'Default', 'Accepted', 'Meaning'];

/** The configuration tables of the README, one section for each process. */
export function renderSettingsTables(sections: readonly SettingsSection[]): string {
  return sections
    .map(({ process, settings }) => `### ${process}\n\n${renderTable(settings)}`)
    .join('\n\n');
}

function renderTable(settings: Settings): string {
  return markdownTable(headings, Object.values(settings).map(settingCells));
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
