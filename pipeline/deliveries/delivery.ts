import type { ConsumeMessage } from 'amqplib';
import { messageIdOf } from '../../contracts/message';
import type { WorkQueue } from '../../contracts/topology';

/** One arrival of a message at a consumer, without the broker client's shape. */
export interface Delivery {
  readonly queue: WorkQueue;
  readonly body: Uint8Array;
  readonly messageId: string;
  /** Headers of the sender; the broker's own are left out. */
  readonly headers: Readonly<Record<string, string | number>>;
  /** Whether the broker hands this message over again. */
  readonly redelivered: boolean;
}

export function toDelivery(queue: WorkQueue, message: ConsumeMessage): Delivery {
  const id: unknown = message.properties.messageId;
  const headers: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(message.properties.headers ?? {})) {
    // A copy that carried `x-death` could be dropped as a cycle; see contracts/headers.ts.
    const scalar = typeof value === 'string' || typeof value === 'number';
    if (!name.startsWith('x-') && scalar) headers[name] = value;
  }
  return {
    queue,
    body: message.content,
    messageId: typeof id === 'string' ? id : messageIdOf(message.content),
    headers,
    redelivered: message.fields.redelivered,
  };
}
