import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

const TAIL_BYTES = 256 * 1024;
const PACK = 0xba;
const PROGRAM_END = 0xb9;

/**
 * Every packet behind the start of a pack states its length (ISO/IEC 13818-1, 2.5.3): the packets
 * of the last 256 kB must end where the file ends. Cut exactly between two, it cannot be told.
 */
export async function programStreamEnd(file: SourceFile): Promise<string | undefined> {
  const start = Math.max(0, file.size - TAIL_BYTES);
  const tail = await file.read(start, TAIL_BYTES);
  let at = tail.indexOf('000001ba', 0, 'hex');
  while (at !== -1 && at < tail.length) {
    if (at + 6 > tail.length) return 'the last packet is cut in its header';
    if (tail.readUIntBE(at, 3) !== 1) return undefined; // Padding, or nothing we know.
    const next = packetEnd(tail, at);
    if (next === undefined) return undefined;
    const finding = endsBeyond('the last packet', start + next, file);
    if (finding !== undefined) return finding;
    at = next;
  }
  return undefined;
}

function packetEnd(tail: Buffer, at: number): number | undefined {
  const code = tail.readUInt8(at + 3);
  if (code === PROGRAM_END) return at + 4;
  if (code === PACK) {
    const isMpeg2 = (tail.readUInt8(at + 4) & 0xc0) === 0x40;
    // MPEG-2: three bits of the last byte say how many stuffing bytes follow.
    return isMpeg2 ? at + 14 + ((tail[at + 13] ?? 0) & 7) : at + 12;
  }
  return code > PACK ? at + 6 + tail.readUInt16BE(at + 4) : undefined;
}
