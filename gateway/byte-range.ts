/** Bytes `first` to `last`, both included, as in `Content-Range`. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'not-satisfiable' };

const whole = { kind: 'whole' } as const;

/**
 * Reads a `Range` header for a file of `sizeBytes`. One range of bytes is honoured. Another unit,
 * a malformed header and several ranges mean the whole file, as RFC 9110 section 14.2 allows.
 *
 * (The `range-parser` that Express brings refuses `bytes=-1000` of a shorter file; section 14.1.2
 * says that this is the whole file.)
 */
export function readRange(header: string | undefined, sizeBytes: number): RequestedRange {
  const match = /^\s*bytes\s*=[\s,]*(\d*)-(\d*)[\s,]*$/i.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '' && to === '') return whole;

  if (from === '') {
    const first = Math.max(0, sizeBytes - Number(to));
    return first < sizeBytes ? part(first, sizeBytes - 1) : { kind: 'not-satisfiable' };
  }
  const first = Number(from);
  const last = to === '' ? Infinity : Number(to);
  // Section 14.1.1: a range whose last byte lies before its first is invalid, hence ignored.
  if (last < first) return whole;
  return first < sizeBytes
    ? part(first, Math.min(last, sizeBytes - 1))
    : { kind: 'not-satisfiable' };
}

function part(first: number, last: number): RequestedRange {
  return { kind: 'part', range: { first, last } };
}
