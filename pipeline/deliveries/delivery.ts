import type { ConsumeMessage } from 'amqplib';
import { headerNames } from '../../contracts/headers';
import { messageIdOf } from '../../contracts/message';
import type { WorkQueue } from '../../contracts/topology';
import { newTraceId, traceIdIn, traceIdOf } from '../../contracts/trace-id';
import { validTraceparent } from '../../contracts/traceparent';

/** One arrival of a message at a consumer, without the broker client's shape. */
export interface Delivery {
  readonly queue: WorkQueue;
  readonly body: Uint8Array;
  readonly messageId: string;
  /** Headers of the sender; the broker's own are left out. */
  readonly headers: Readonly<Record<string, string | number>>;
  /** Whether the broker hands this message over again. */
  readonly redelivered: boolean;
  /** The one that its sender names, or a fresh one: 32 hexadecimal digits. */
  readonly traceId: string;
  /** Where what comes of it continues the trace; null while nobody traces. */
  readonly traceparent: string | null;
}

export function toDelivery(queue: WorkQueue, message: ConsumeMessage): Delivery {
  const id: unknown = message.properties.messageId;
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(message.properties.headers ?? {})) {
    // A copy that carried `x-death` could be dropped as a cycle; see contracts/headers.ts.
    const scalar = typeof value === 'string' || typeof value === 'number';
    if (!name.startsWith('x-') && scalar) headers[name] = value;
  }
  const traceparent = validTraceparent(headers[headerNames.traceparent]);
  return {
    queue,
    body: message.content,
    messageId: typeof id === 'string' ? id : messageIdOf(message.content),
    headers,
    redelivered: message.fields.redelivered,
    ...traceOf(headers, traceparent),
  };
}

/** The trace of a message with these headers that goes on at `traceparent`. */
export function traceOf(
  headers: Delivery['headers'],
  traceparent: string | null,
): Pick<Delivery, 'traceId' | 'traceparent'> {
  const named = traceIdIn(headers[headerNames.traceId]);
  return { traceId: named ?? traceIdOf(traceparent) ?? newTraceId(), traceparent };
}
