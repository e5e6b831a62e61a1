import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

const TAG_HEADER_BYTES = 11;
const FLV_HEADER_BYTES = 9;
const WINDOW_BYTES = 256 * 1024;

/** `duration` in the script data object onMetaData: a name, then a number (AMF0, type 0). */
const durationKey = '\x00\x08duration\x00';

/**
 * Every tag is followed by its own length, the last one too (FLV specification, E.3): where that
 * length leads to a tag of this length, the file ends between two tags. Then the time of the last
 * tag, of whatever stream, is compared with the duration in the metadata.
 */
export async function flvEnd(file: SourceFile): Promise<string | undefined> {
  const last = await lastTag(file);
  if (last === undefined) return cutTag(file);
  const statedS = await statedDurationS(file);
  const lastS = last.timestampMs / 1000;
  return statedS !== undefined && lastS + 1 + statedS / 100 < statedS
    ? `the last tag is at ${lastS} s of ${statedS} s`
    : undefined;
}

async function statedDurationS(file: SourceFile): Promise<number | undefined> {
  const head = await file.read(0, 64 * 1024);
  const at = head.indexOf(durationKey, 0, 'latin1');
  if (at === -1 || at + durationKey.length + 8 > head.length) return undefined;
  return head.readDoubleBE(at + durationKey.length);
}

async function lastTag(file: SourceFile): Promise<{ timestampMs: number } | undefined> {
  if (file.size < FLV_HEADER_BYTES + 4 + TAG_HEADER_BYTES + 4) return undefined;
  const length = (await file.read(file.size - 4, 4)).readUInt32BE(0);
  const at = file.size - 4 - length;
  if (length < TAG_HEADER_BYTES || at < FLV_HEADER_BYTES + 4) return undefined;
  const header = await file.read(at, TAG_HEADER_BYTES);
  if (header.readUIntBE(1, 3) + TAG_HEADER_BYTES !== length) return undefined;
  return { timestampMs: header.readUIntBE(4, 3) + header.readUInt8(7) * 2 ** 24 };
}

/** Walks all tags: some writers leave out the last length, or write a wrong one. */
async function cutTag(file: SourceFile): Promise<string | undefined> {
  let at = FLV_HEADER_BYTES + 4;
  let window: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  while (at + TAG_HEADER_BYTES <= file.size) {
    if (at + TAG_HEADER_BYTES > window.start + window.bytes.length) {
      window = { start: at, bytes: await file.read(at, WINDOW_BYTES) };
    }
    const header = window.bytes.subarray(at - window.start);
    if (header.length < TAG_HEADER_BYTES) return undefined;
    const end = at + TAG_HEADER_BYTES + header.readUIntBE(1, 3);
    const finding = endsBeyond(`the tag at ${at}`, end, file);
    if (finding !== undefined) return finding;
    at = end + 4;
  }
  return at < file.size ? endsBeyond(`the tag at ${at}`, at + TAG_HEADER_BYTES, file) : undefined;
}
