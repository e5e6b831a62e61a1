import type { LetterDetail } from '../../../views';
import { called } from '../../examples';
import { printableLine, printableLines } from '../printable';
import { fields } from './fields';

/** Lines of a body before the rest is left to `export`. */
const mostLines = 60;

export function sourceLines({ source_facts }: LetterDetail): string[] {
  return source_facts === null ? [] : jsonFields(source_facts);
}

export function headerLines({ headers }: LetterDetail): string[] {
  return jsonFields(headers);
}

export function bodyLines(letter: LetterDetail): string[] {
  const { body } = letter;
  switch (body.kind) {
    case 'json':
      return shorten(letter, printableLines(JSON.stringify(body.json, null, 2)), false);
    case 'text':
      return shorten(letter, printableLines(body.text), body.truncated);
    case 'binary':
      return shorten(letter, hexLines(body.hex), body.truncated);
    default:
      return body satisfies never;
  }
}

function shorten({ id, bytes }: LetterDetail, lines: string[], truncated: boolean): string[] {
  if (lines.length <= mostLines && !truncated) return lines;
  return [
    ...lines.slice(0, mostLines),
    `… the whole of it, ${bytes} bytes: ${called} export letter.ndjson ${id}`,
  ];
}

/** Sixteen bytes a line, with their place and their letters. */
function hexLines(hex: string): string[] {
  const bytes = Buffer.from(hex, 'hex');
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = bytes.subarray(row * 16, row * 16 + 16);
    const digits = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = part.toString('latin1').replace(/[^ -~]/g, '.');
    return `${(row * 16).toString(16).padStart(6, '0')}  ${digits.padEnd(47)}  ${ascii}`;
  });
}

function jsonFields(record: Readonly<Record<string, unknown>>): string[] {
  return fields(
    Object.entries(record).map(([name, value]) => [
      printableLine(name),
      printableLine(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  );
}
