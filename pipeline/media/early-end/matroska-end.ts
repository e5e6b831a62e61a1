import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

const SEGMENT_ID = '18538067';

/**
 * The Segment, which holds everything, states its size (RFC 9559, 5.1) unless it was written to
 * something that cannot seek; then ffmpeg notices a cut inside an element, and nobody one between.
 */
export async function matroskaEnd(file: SourceFile): Promise<string | undefined> {
  const head = await file.read(0, 4096);
  const ebmlHeader = readSize(head, 4);
  if (ebmlHeader?.size === undefined) return undefined;
  const segment = ebmlHeader.end + ebmlHeader.size;
  if (head.toString('hex', segment, segment + 4) !== SEGMENT_ID) return undefined;
  const stated = readSize(head, segment + 4);
  if (stated?.size === undefined) return undefined;
  return endsBeyond('the segment', stated.end + stated.size, file);
}

/** An EBML size at `at` (RFC 8794, section 4): undefined `size` means "unknown", all bits set. */
function readSize(
  bytes: Buffer,
  at: number,
): { size: number | undefined; end: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return undefined;
  let size = first & (0xff >>> length);
  let unknown = size === 0xff >>> length;
  for (const byte of bytes.subarray(at + 1, at + length)) {
    size = size * 256 + byte;
    unknown &&= byte === 0xff;
  }
  return { size: unknown ? undefined : size, end: at + length };
}
