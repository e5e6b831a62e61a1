import { open, type FileHandle } from 'node:fs/promises';
import { ID3V2_HEADER_BYTES, readId3v2Header } from './id3v2-header';
import { readLengthHeader, type LengthHeader } from './length-header';
import { readMpegAudioHeader, sameStream, type MpegAudioHeader } from './mpeg-audio-header';

/** What an MP3 file holds, counted frame by frame. */
export interface Mp3Facts {
  /** Size of the file, in bytes. */
  readonly bytes: number;
  /** Frames with audio; the one with the length header is none of them. */
  readonly frames: number;
  readonly samplesPerFrame: number;
  /** Samples per second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Samples a player plays: those of all frames without the encoder's delay and padding. */
  readonly samples: number;
  readonly lengthHeader: LengthHeader | undefined;
  /** Bytes from the first frame, the length header's included, to the end of the last one. */
  readonly audioBytes: number;
  /** Major version of the ID3v2 tag in front, 3 for ID3v2.3; undefined when there is none. */
  readonly id3v2Version: number | undefined;
  /** An ID3v1 tag follows the last frame. */
  readonly hasId3v1: boolean;
}

/** A file is not an MP3 from its first byte to its last. */
export class Mp3Broken extends Error {
  override readonly name = 'Mp3Broken';

  constructor(
    /** Where in the file, in bytes. */
    readonly offset: number,
    problem: string,
  ) {
    super(`byte ${offset}: ${problem}`);
  }
}

const WINDOW_BYTES = 256 * 1024;
/** The largest frame of layer III: 320 kbit/s at 32 kHz, 1441 bytes. */
const MAX_FRAME_BYTES = 1441;
const ID3V1_BYTES = 128;

/**
 * Parses every frame of an MP3 file (MPEG-1, 2 and 2.5 layer III): each must start where the one
 * before it ends, and nothing but an ID3v1 tag may follow the last. Reads in pieces of 256 kB.
 *
 * @throws Mp3Broken with the offset of the first byte that does not fit; file system errors.
 */
export async function parseMp3File(path: string): Promise<Mp3Facts> {
  const file = await open(path, 'r');
  try {
    return await parse(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function parse(file: FileHandle, size: number): Promise<Mp3Facts> {
  const window = Buffer.alloc(WINDOW_BYTES);
  let start = 0;
  let filled = 0;
  /** Makes the bytes at `offset` readable: those of a whole frame, or up to the end of the file. */
  const fill = async (offset: number): Promise<void> => {
    start = offset;
    filled = 0;
    while (filled < WINDOW_BYTES && start + filled < size) {
      const { bytesRead } = await file.read(window, filled, WINDOW_BYTES - filled, start + filled);
      if (bytesRead === 0) throw new Mp3Broken(start + filled, 'the file shrank while it was read');
      filled += bytesRead;
    }
  };

  await fill(0);
  const tag = readId3v2Header(window.subarray(0, Math.min(filled, ID3V2_HEADER_BYTES)));
  const audioStart = tag?.totalBytes ?? 0;
  let offset = audioStart;
  if (offset > size) throw new Mp3Broken(0, `the ID3v2 tag ends at ${offset}, the file at ${size}`);

  let first: MpegAudioHeader | undefined;
  let lengthHeader: LengthHeader | undefined;
  let frames = 0;
  let hasId3v1 = false;
  while (offset < size) {
    if (offset < start || (offset + MAX_FRAME_BYTES > start + filled && start + filled < size)) {
      await fill(offset);
    }
    const readable = window.subarray(0, filled);
    const at = offset - start;
    const header = readMpegAudioHeader(readable, at);
    if (header?.layer !== 3) {
      hasId3v1 = size - offset === ID3V1_BYTES && readable.toString('latin1', at, at + 3) === 'TAG';
      if (hasId3v1) break;
      throw new Mp3Broken(offset, `expected an MP3 frame, got ${hex(readable, at)}`);
    }
    if (first !== undefined && !sameStream(first, header)) {
      throw new Mp3Broken(
        offset,
        `the frame is of another kind than the first, ${describe(header)}`,
      );
    }
    if (offset + header.frameBytes > size) {
      throw new Mp3Broken(
        offset,
        `the last frame needs ${header.frameBytes} bytes, the file has ${size - offset} left`,
      );
    }
    if (first === undefined) {
      first = header;
      lengthHeader = readLengthHeader(readable.subarray(at, at + header.frameBytes), header);
    }
    if (frames > 0 || first !== header || lengthHeader === undefined) frames += 1;
    offset += header.frameBytes;
  }
  if (first === undefined) throw new Mp3Broken(audioStart, 'there is no MP3 frame');

  const coded = frames * first.samplesPerFrame;
  const added = (lengthHeader?.delaySamples ?? 0) + (lengthHeader?.paddingSamples ?? 0);
  return {
    bytes: size,
    frames,
    samplesPerFrame: first.samplesPerFrame,
    sampleRate: first.sampleRate,
    channels: first.channels,
    samples: Math.max(0, coded - added),
    lengthHeader,
    audioBytes: offset - audioStart,
    id3v2Version: tag?.majorVersion,
    hasId3v1,
  };
}

function hex(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 4) || 'nothing';
}

function describe(header: MpegAudioHeader): string {
  return `MPEG-${header.version} at ${header.sampleRate} Hz`;
}
