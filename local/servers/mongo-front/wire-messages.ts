/** Sizes and codes of the MongoDB wire protocol (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). */
export const headerBytes = 16;
const opReply = 1;
export const opMsg = 2013;

/** The server's own limit (`maxMessageSizeBytes`); a longer message is no message. */
export const maxMessageBytes = 48_000_000;

/**
 * Collects a connection's bytes and gives out whole messages, however the network split or joined
 * them. Chunks are joined once per message, not once per chunk.
 */
export class MessageSplitter {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /**
   * @returns the messages that are complete now, in order
   * @throws Error when a length prefix cannot be one; the connection is of no use after that
   */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#bytes < length) return messages;
      const joined = this.#join();
      messages.push(joined.subarray(0, length));
      const rest = joined.subarray(length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
    }
  }

  #nextLength(): number | undefined {
    if (this.#bytes < 4) return undefined;
    let [first] = this.#chunks;
    if (first === undefined || first.length < 4) {
      first = this.#join();
      this.#chunks = [first];
    }
    const length = first.readInt32LE(0);
    if (length < headerBytes || length > maxMessageBytes) {
      throw new Error(
        `a message of ${length} bytes: expected ${headerBytes} to ${maxMessageBytes}`,
      );
    }
    return length;
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
  }
}

/** The first key of an OP_MSG's body, which is the command's name; undefined for anything else. */
export function commandName(message: Buffer): string | undefined {
  if (message.length < headerBytes + 10 || message.readInt32LE(12) !== opMsg) return undefined;
  let offset = headerBytes + 4;
  while (offset + 5 < message.length) {
    const kind = message.readUInt8(offset);
    const sectionBytes = message.readInt32LE(offset + 1);
    if (kind === 0) {
      // A document: its length, then a type byte and the key up to a zero byte (bsonspec.org).
      const end = message.indexOf(0, offset + 6);
      return end === -1 ? undefined : message.toString('utf8', offset + 6, end);
    }
    if (sectionBytes < 5) return undefined;
    offset += 1 + sectionBytes;
  }
  return undefined;
}

/** Wraps a reply's document as the kind of message its request was. */
export function frameReply(
  document: Buffer,
  ids: { readonly requestId: number; readonly responseTo: number },
  legacy: boolean,
): Buffer {
  // OP_MSG: flags 0, section kind 0. OP_REPLY: flags, cursor id, starting from, number returned.
  const prefix = legacy ? Buffer.alloc(20) : Buffer.alloc(5);
  if (legacy) prefix.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + prefix.length + document.length, 0);
  header.writeInt32LE(ids.requestId, 4);
  header.writeInt32LE(ids.responseTo, 8);
  header.writeInt32LE(legacy ? opReply : opMsg, 12);
  return Buffer.concat([header, prefix, document]);
}
