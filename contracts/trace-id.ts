import { randomBytes } from 'node:crypto';

/** 16 bytes in hexadecimal, not all of them zero (W3C Trace Context, section 3.2.2.3). */
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;

/** version "-" trace-id "-" parent-id "-" trace-flags; a later version may have more behind it. */
const traceparentPattern =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** A fresh trace id. */
export function newTraceId(): string {
  const id = randomBytes(16).toString('hex');
  return traceIdPattern.test(id) ? id : newTraceId();
}

/** The trace id of a `traceparent` header (W3C Trace Context, section 3.2); null unless it is valid. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const [, version, id, more] = traceparentPattern.exec(traceparent ?? '') ?? [];
  if (id === undefined || (version === '00' && more !== undefined)) return null;
  return id;
}

/** The trace id that a message's header carries; null unless it is one. */
export function traceIdIn(header: unknown): string | null {
  return typeof header === 'string' && traceIdPattern.test(header) ? header : null;
}
