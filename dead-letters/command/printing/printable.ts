/**
 * Text of strangers for a terminal: what would move the cursor, change the window's title or turn
 * the direction of reading is shown as its code. Bodies, headers and errors come from anywhere.
 */
export function printable(text: string): string {
  return text.replace(unprintable, codeOf);
}

/** The same, with its line breaks and tabs. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '    ')));
}

/** On one line, however many it had. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

// C0, DEL, C1; line and paragraph separators; bidirectional controls; a lone half of a pair.
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
