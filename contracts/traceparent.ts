/**
 * Where a trace goes on: its id, the span that is the parent of what follows, and whether anybody
 * records it (W3C Trace Context, section 3.2.2).
 */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** version "-" trace-id "-" parent-id "-" trace-flags; a later version may have more behind it. */
const pattern =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** What a `traceparent` says, in HTTP or in a message; null unless it is valid. Never throws. */
export function parseTraceparent(header: unknown): TraceParent | null {
  if (typeof header !== 'string') return null;
  const { version, traceId, spanId, flags, more } = pattern.exec(header)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === '00' && more !== undefined) return null;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

/** As it is sent, in the version that we know. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** A `traceparent` as we would send it; null unless it is valid. */
export function validTraceparent(header: unknown): string | null {
  const parent = parseTraceparent(header);
  return parent === null ? null : formatTraceparent(parent);
}
