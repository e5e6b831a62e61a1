import { readMpegAudioHeader, sameStream } from './mpeg-audio-header';

/** Streams cut out of others begin in the middle of a frame; how far we look for the first. */
const SEARCH_BYTES = 4096;
/** So many in a row are no chance; what breaks the row behind them is damage, or a tag. */
const MANY_FRAMES = 8;

/**
 * Whether the bytes are frames of MPEG audio, each starting where the one before ends. Two are
 * enough at the very start (zero padding apart); further on, where chance has more tries, many.
 */
export function looksLikeMpegAudio(head: Buffer): boolean {
  return looksLikeFrames(head, (at) => mpegAudioChain(head, at));
}

/** Whether the bytes are ADTS frames (ISO/IEC 14496-3, 1.A.3) in the same way. */
export function looksLikeAdts(head: Buffer): boolean {
  return looksLikeFrames(head, (at) => adtsChain(head, at));
}

function looksLikeFrames(head: Buffer, chainAt: (at: number) => number): boolean {
  let start = 0;
  while (start < head.length && head[start] === 0) start += 1;
  if (chainAt(start) >= 2) return true;
  const last = Math.min(head.length, start + SEARCH_BYTES);
  for (let at = start + 1; at < last; at += 1) {
    if (head[at] === 0xff && chainAt(at) >= MANY_FRAMES) return true;
  }
  return false;
}

/** Frames in a row from `at`; 0 when few of them end before the bytes do. */
function mpegAudioChain(head: Buffer, at: number): number {
  const first = readMpegAudioHeader(head, at);
  if (first === undefined) return 0;
  let frames = 0;
  while (at + 4 <= head.length) {
    const header = readMpegAudioHeader(head, at);
    if (header === undefined || !sameStream(first, header))
      return frames < MANY_FRAMES ? 0 : frames;
    frames += 1;
    at += header.frameBytes;
  }
  return frames;
}

function adtsChain(head: Buffer, at: number): number {
  let frames = 0;
  while (at + 7 <= head.length) {
    // Sync word of twelve bits, layer 00; a frame is at least as long as its header.
    const isSync = head[at] === 0xff && ((head[at + 1] ?? 0) & 0xf6) === 0xf0;
    const frameBytes = (head.readUIntBE(at + 3, 3) >>> 5) & 0x1fff;
    if (!isSync || frameBytes < 7) return frames < MANY_FRAMES ? 0 : frames;
    frames += 1;
    at += frameBytes;
  }
  return frames;
}
