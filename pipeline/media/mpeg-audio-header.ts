/** What the four bytes of an MPEG audio frame header say (ISO/IEC 11172-3, 2.4.1.3). */
export interface MpegAudioHeader {
  /** 1, 2 or 2.5: the last is Fraunhofer's extension to lower sample rates. */
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  /** Samples per second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Length of the whole frame, header included, in bytes. */
  readonly frameBytes: number;
  /** Samples per channel in one frame. */
  readonly samplesPerFrame: number;
  /** A CRC of two bytes follows the header. */
  readonly hasCrc: boolean;
}

export const MPEG_AUDIO_HEADER_BYTES = 4;

const versions = [2.5, undefined, 2, 1] as const;
const layers = [undefined, 3, 2, 1] as const;
const sampleRates = [44_100, 48_000, 32_000] as const;
const rateDivisor = { 1: 1, 2: 2, 2.5: 4 } as const;

/** kbit/s by bit rate index 1 to 14 (table B.2, and ISO/IEC 13818-3 for the low sample rates). */
const bitRates = {
  mpeg1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  mpeg2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

/**
 * Reads the frame header at `offset`, or undefined when there is none. The free format (bit rate
 * index 0) counts as none: its frame length cannot be told from its header.
 */
export function readMpegAudioHeader(bytes: Buffer, offset: number): MpegAudioHeader | undefined {
  if (offset + MPEG_AUDIO_HEADER_BYTES > bytes.length) return undefined;
  const header = bytes.readUInt32BE(offset);
  if (header >>> 21 !== 0x7ff) return undefined;
  const version = versions[(header >>> 19) & 3];
  const layer = layers[(header >>> 17) & 3];
  const baseRate = sampleRates[(header >>> 10) & 3];
  if (version === undefined || layer === undefined || baseRate === undefined) return undefined;
  const kbps = bitRates[version === 1 ? 'mpeg1' : 'mpeg2'][layer][((header >>> 12) & 15) - 1];
  if (kbps === undefined) return undefined;
  const sampleRate = baseRate / rateDivisor[version];
  const samplesPerFrame = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor((samplesPerFrame * kbps * 1000) / 8 / slotBytes / sampleRate);
  const padding = (header >>> 9) & 1;
  return {
    version,
    layer,
    sampleRate,
    channels: ((header >>> 6) & 3) === 3 ? 1 : 2,
    frameBytes: (slots + padding) * slotBytes,
    samplesPerFrame,
    hasCrc: ((header >>> 16) & 1) === 0,
  };
}

/** Frames of one stream may differ in bit rate and stereo mode, but in none of these. */
export function sameStream(a: MpegAudioHeader, b: MpegAudioHeader): boolean {
  return a.version === b.version && a.layer === b.layer && a.sampleRate === b.sampleRate;
}
