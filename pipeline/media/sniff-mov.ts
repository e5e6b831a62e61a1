/** Boxes that begin an MP4, MOV or 3GP file (ISO/IEC 14496-12; the older ones are QuickTime's). */
const firstBoxes = new Set([
  'ftyp',
  'styp',
  'moov',
  'moof',
  'mdat',
  'sidx',
  'free',
  'skip',
  'wide',
  'pnot',
]);

/** Boxes that say nothing by themselves: what follows must be one of the others. */
const fillers = new Set(['free', 'skip', 'wide', 'pnot']);

/** Brands of still pictures in the same container: HEIF, AVIF, Canon raw. */
const pictureBrand = /^(?:hei[cxmsf]|hev[cxms]|mif[12]|msf1|avi[fso]|miaf|crx |jp2 |jpx |jxl )$/;

/** Whether the bytes begin like an ISO base media file with moving pictures or sound. */
export function looksLikeMov(head: Buffer): boolean {
  let at = 0;
  for (let boxes = 0; boxes < 8 && at + 8 <= head.length; boxes += 1) {
    const type = head.toString('latin1', at + 4, at + 8);
    if (!firstBoxes.has(type)) return false;
    const size = head.readUInt32BE(at);
    // 1: a 64-bit size follows. 0: up to the end of the file, which only `mdat` may be.
    const fits =
      size >= 8 || (size === 1 && at + 16 <= head.length) || (size === 0 && type === 'mdat');
    if (!fits) return false;
    if (type === 'ftyp' && pictureBrand.test(head.toString('latin1', at + 8, at + 12)))
      return false;
    if (!fillers.has(type)) return true;
    at += size === 1 ? Number(head.readBigUInt64BE(at + 8)) : size;
  }
  // Nothing but fillers so far, and one that reaches beyond what we see.
  return at > head.length;
}
