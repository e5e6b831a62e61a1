const frameHeaderBytes = 10;

/** The title in an ID3v2.3 tag (id3.org/id3v2.3.0, section 4.2.1); empty when there is none. */
export function titleOf(mp3: Buffer): string {
  const at = mp3.indexOf('TIT2', 0, 'latin1');
  if (at === -1 || mp3.toString('latin1', 0, 3) !== 'ID3') return '';
  const bytes = mp3.readUInt32BE(at + 4);
  const text = mp3.subarray(at + frameHeaderBytes, at + frameHeaderBytes + bytes);
  // The first byte: 0 for ISO-8859-1, 1 for UTF-16 with a byte order mark.
  const decoded =
    text[0] === 0 ? text.toString('latin1', 1) : new TextDecoder('utf-16').decode(text.subarray(1));
  return decoded.replace(/\0+$/, '');
}
