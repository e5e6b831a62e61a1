/** Bytes of the header in front of an ID3v2 tag (ID3v2.3, section 3.1). */
export const ID3V2_HEADER_BYTES = 10;

export interface Id3v2Header {
  /** 3 for ID3v2.3. */
  readonly majorVersion: number;
  /** Length of the whole tag, header and footer included, in bytes. */
  readonly totalBytes: number;
}

/** Reads the header of an ID3v2 tag at the start of `bytes`, or undefined when there is none. */
export function readId3v2Header(bytes: Buffer): Id3v2Header | undefined {
  if (bytes.length < ID3V2_HEADER_BYTES || bytes.toString('latin1', 0, 3) !== 'ID3') {
    return undefined;
  }
  let size = 0;
  for (const byte of bytes.subarray(6, 10)) {
    // Synchsafe: seven bits a byte, so that no sync word can appear (section 3.1).
    if (byte > 0x7f) return undefined;
    size = size * 128 + byte;
  }
  const flags = bytes.readUInt8(5);
  const footerBytes = (flags & 0x10) === 0 ? 0 : ID3V2_HEADER_BYTES;
  return {
    majorVersion: bytes.readUInt8(3),
    totalBytes: ID3V2_HEADER_BYTES + size + footerBytes,
  };
}
