import { theme } from './theme';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TextStyle {
  readonly size: number;
  readonly color?: string;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text; `y` is its base line. */
export function svgText(
  text: string,
  x: number,
  y: number,
  { size, color = theme.text, weight = 400, anchor = 'start' }: TextStyle,
): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" font-weight="${weight}" text-anchor="${anchor}" fill="${color}">${escapeXml(text)}</text>`;
}

export function svgRectangle(
  { x, y, width, height }: Box,
  fill: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  const more = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"${more.join('')}/>`;
}

export function svgLine(
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  stroke: string,
  dashes = '',
): string {
  const dashed = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${round(fromX)}" y1="${round(fromY)}" x2="${round(toX)}" y2="${round(toY)}" stroke="${stroke}"${dashed}/>`;
}

/**
 * About how wide a text is in the fonts of the theme; a picture has no browser to ask. Errs on the
 * wide side.
 */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) {
    if (/[ilj.,:;'|!()[\]{}ftI /]/.test(character)) ems += 0.34;
    else if (/[mwMW@%∞×]/.test(character)) ems += 0.9;
    else if (/[A-Z]/.test(character)) ems += 0.68;
    else ems += 0.57;
  }
  return ems * size;
}

/** The text, cut with an ellipsis where it is too wide. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) {
    characters.pop();
  }
  return `${characters.join('').trimEnd()}…`;
}

/** The text on lines of that width, at words. */
export function wrapText(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(`${line} ${word}`, size) <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };
  return text.replace(/[&<>"]/g, (character) => `&${names[character] ?? ''};`);
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
