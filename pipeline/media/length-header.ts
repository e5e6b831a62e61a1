import type { MpegAudioHeader } from './mpeg-audio-header';

/**
 * The Xing header with LAME's extension: an otherwise silent first frame that says how long the
 * MP3 is and how many samples of it the encoder added. Players seek and show times by it.
 */
export interface LengthHeader {
  /** `Xing` for a variable bit rate, `Info` for a constant one. */
  readonly kind: 'Xing' | 'Info';
  /** Frames that follow this one, if stated. */
  readonly frames: number | undefined;
  /** Bytes from the start of this frame to the end of the last one, if stated. */
  readonly bytes: number | undefined;
  /** Samples the encoder put in front of the first one. */
  readonly delaySamples: number;
  /** Samples the encoder put behind the last one. */
  readonly paddingSamples: number;
}

/** Reads the length header of a whole first frame, or undefined when it holds audio. */
export function readLengthHeader(frame: Buffer, header: MpegAudioHeader): LengthHeader | undefined {
  // It stands behind the side information, whose length depends on version and channels.
  const sideBytes = header.version === 1 ? [17, 32] : [9, 17];
  let at = 4 + (header.hasCrc ? 2 : 0) + (sideBytes[header.channels - 1] ?? 0);
  const kind = frame.toString('latin1', at, at + 4);
  if (kind !== 'Xing' && kind !== 'Info') return undefined;
  if (at + 8 > frame.length) return undefined;
  const flags = frame.readUInt32BE(at + 4);
  at += 8;
  const field = (bit: number, bytes: number): number | undefined => {
    if ((flags & bit) === 0) return undefined;
    const value = at + 4 <= frame.length ? frame.readUInt32BE(at) : undefined;
    at += bytes;
    return value;
  };
  const frames = field(1, 4);
  const bytes = field(2, 4);
  field(4, 100); // table of contents
  field(8, 4); // quality
  // LAME's extension: nine bytes of name, twelve bytes of settings, then two 12-bit numbers.
  const gapless = at + 24 <= frame.length ? frame.readUIntBE(at + 21, 3) : 0;
  return { kind, frames, bytes, delaySamples: gapless >>> 12, paddingSamples: gapless & 0xfff };
}
