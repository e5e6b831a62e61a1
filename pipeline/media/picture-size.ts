/** The picture formats an ID3v2.3 tag should hold (section 4.15), with their size in pixels. */
export interface PictureSize {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
}

/** Reads format and size from the picture's own header, or undefined for anything else. */
export function readPictureSize(bytes: Buffer): PictureSize | undefined {
  if (bytes.toString('hex', 0, 8) === '89504e470d0a1a0a') return pngSize(bytes);
  if (bytes.toString('hex', 0, 3) === 'ffd8ff') return jpegSize(bytes);
  return undefined;
}

/** IHDR is the first chunk (PNG, section 11.2.2). */
function pngSize(bytes: Buffer): PictureSize | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** A start of frame, SOF0 to SOF15 without the three codes between that are none (T.81, B.1). */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(bytes: Buffer): PictureSize | undefined {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (isStartOfFrame(marker)) {
      return {
        format: 'jpeg',
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
      };
    }
    // 0xff may be repeated as padding; every other segment up to here states its length.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
