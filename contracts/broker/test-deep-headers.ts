import type { ChannelModel } from 'amqplib';
import type { Socket } from 'node:net';

/** What amqplib hides: the socket of a connection, and the number of a channel. */
interface Wire {
  readonly connection: { readonly stream: Socket };
}

/**
 * Publishes a message whose headers are tables in tables, `levels` deep, as another client may:
 * amqplib's own stack is too small for it. For tests only.
 */
export async function publishDeepHeaders(
  connection: ChannelModel,
  queue: string,
  levels: number,
  { messageId, body }: { readonly messageId: string; readonly body: Buffer },
): Promise<void> {
  const channel = await connection.createChannel();
  const { ch } = channel as unknown as { readonly ch: number };
  const { stream } = (connection as unknown as Wire).connection;
  const publish = [u16(60), u16(40), u16(0), short(''), short(queue), Buffer.of(0)];
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length));
  // Content type, headers, delivery mode, message id.
  const present = u16((1 << 15) | (1 << 13) | (1 << 12) | (1 << 7));
  const text = short('application/json');
  const properties = [present, text, deepTable(levels), Buffer.of(2), short(messageId)];
  const header = [u16(60), u16(0), size, ...properties];
  stream.write(Buffer.concat([frame(1, ch, publish), frame(2, ch, header), frame(3, ch, [body])]));
  // The broker reads a channel's frames in their order.
  await channel.checkQueue(queue);
  await channel.close();
}

function frame(type: number, channel: number, parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([
    Buffer.of(type),
    u16(channel),
    u32(payload.length),
    payload,
    Buffer.of(0xce),
  ]);
}

/** Each level is a table with one field, of no name, that is a table. */
function deepTable(levels: number): Buffer {
  const bytes = levels * 6;
  const table = Buffer.alloc(4 + bytes);
  table.writeUInt32BE(bytes, 0);
  for (let at = 4; at < table.length; at += 6) {
    table.write('F', at + 1);
    table.writeUInt32BE(table.length - at - 6, at + 2);
  }
  return table;
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
