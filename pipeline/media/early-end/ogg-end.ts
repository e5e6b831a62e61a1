import type { SourceFile } from '../source-file';
import { endsBeyond } from './ends-beyond';

const PAGE_HEADER_BYTES = 27;
/** Header, 255 segment lengths, 255 segments of 255 bytes (RFC 3533, section 6). */
const MAX_PAGE_BYTES = PAGE_HEADER_BYTES + 255 + 255 * 255;

/** The last page must be whole. A file cut exactly between two pages cannot be told. */
export async function oggEnd(file: SourceFile): Promise<string | undefined> {
  const start = Math.max(0, file.size - MAX_PAGE_BYTES);
  const tail = await file.read(start, MAX_PAGE_BYTES);
  const at = tail.lastIndexOf('OggS', undefined, 'latin1');
  if (at === -1) return `no page begins in the last ${tail.length} bytes`;
  const segments = tail[at + PAGE_HEADER_BYTES - 1];
  if (segments === undefined)
    return endsBeyond('the last page', start + at + PAGE_HEADER_BYTES, file);
  let end = at + PAGE_HEADER_BYTES + segments;
  for (
    let segment = at + PAGE_HEADER_BYTES;
    segment < at + PAGE_HEADER_BYTES + segments;
    segment += 1
  ) {
    end += tail[segment] ?? 0;
  }
  const finding = endsBeyond('the last page', start + end, file);
  if (finding !== undefined) return finding;
  // Something behind it: the beginning of a page that is cut in its first bytes, or padding.
  const rest = tail.toString('latin1', end);
  return rest !== '' && 'OggS'.startsWith(rest) ? 'the last page is cut in its header' : undefined;
}
