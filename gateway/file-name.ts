/** What common file systems take (NAME_MAX of Linux, 255 bytes). */
const maxNameBytes = 255;

/**
 * The file name an uploader sent, made safe to store and to send back: no path, no control
 * characters, no marks that reverse the reading direction (they make `exe.mp3` of `3pm.exe`), at
 * most 255 bytes of UTF-8 with the extension kept. Null when nothing is left of it.
 */
export function cleanFileName(sent: string | undefined): string | null {
  // By way of UTF-8, which has no half surrogate pairs.
  const decoded = Buffer.from(sent ?? '')
    .toString()
    // Browsers and curl write these three so in a part's name (HTML standard, "multipart/form-data
    // encoding algorithm"); nothing else is encoded there.
    .replace(/%0[ad]/gi, ' ')
    .replaceAll('%22', '"');
  const name = decoded
    .slice(Math.max(decoded.lastIndexOf('/'), decoded.lastIndexOf('\\')) + 1)
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  if (name === '' || name === '.' || name === '..') return null;
  const { stem, extension } = splitExtension(name);
  return cutToBytes(stem, maxNameBytes - Buffer.byteLength(extension)) + extension;
}

/** Name of the MP3 made from a file: its name with the extension replaced, within 255 bytes. */
export function mp3FileName(sourceName: string | null, fallbackStem: string): string {
  const { stem } = splitExtension(sourceName ?? fallbackStem);
  return `${cutToBytes(stem, maxNameBytes - '.mp3'.length) || fallbackStem}.mp3`;
}

/** Only what looks like an extension is one: "Vol. 1 - Live" has none. */
function splitExtension(name: string): { stem: string; extension: string } {
  const extension = /(?<=.)\.[a-z0-9]{1,8}$/iu.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - extension.length), extension };
}

/** Cuts at a code point, never inside one. */
function cutToBytes(text: string, maxBytes: number): string {
  // A stream may end inside a character, so the decoder keeps an unfinished one to itself.
  const start = Buffer.from(text).subarray(0, maxBytes);
  return new TextDecoder().decode(start, { stream: true }).trimEnd();
}
