import { randomBytes } from 'node:crypto';
import { parseTraceparent } from './traceparent';

/** 16 bytes in hexadecimal, not all of them zero (W3C Trace Context, section 3.2.2.3). */
const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/;

/** A fresh trace id. */
export function newTraceId(): string {
  const id = randomBytes(16).toString('hex');
  return traceIdPattern.test(id) ? id : newTraceId();
}

/** The trace id of a `traceparent` header (W3C Trace Context, section 3.2); null unless it is valid. */
export function traceIdOf(traceparent: unknown): string | null {
  return parseTraceparent(traceparent)?.traceId ?? null;
}

/** The trace id that a message's header carries; null unless it is one. */
export function traceIdIn(header: unknown): string | null {
  return typeof header === 'string' && traceIdPattern.test(header) ? header : null;
}
