import type { ChannelModel } from 'amqplib';

/** Stands on a message whose own headers cannot be read. */
export const unreadableHeaders = 'unreadable-headers';

/** amqplib's reader of frames. Not in its types; the version is pinned and a test watches it. */
interface FrameReader {
  /** What has arrived and was not read yet; begins with a frame. */
  rest: Buffer;
  /** @returns false as long as there is no whole frame. */
  recvFrame(): unknown;
}

/**
 * Lets a connection read on where amqplib cannot decode the headers of a message: it calls itself
 * for each table in a table, which overflows the stack at some five thousand levels (35 kB), and
 * closes the connection. The message would come again and again, and nobody get past it. Here it
 * arrives without its headers, and with a note in their place. Its body and its other properties are
 * whole.
 */
export function surviveUnreadableHeaders({ connection }: ChannelModel): void {
  const reader = connection as unknown as FrameReader;
  const read = reader.recvFrame.bind(reader);
  reader.recvFrame = () => {
    const before = reader.rest;
    try {
      return read();
    } catch (error) {
      const frame = readHeaderFrame(before);
      if (frame === undefined || frame.headerBytes === 0) throw error;
      reader.rest = Buffer.concat([frame.withoutHeaders, frame.rest]);
      const decoded = read();
      note(decoded, `${frame.headerBytes} bytes of headers could not be read`);
      return decoded;
    }
  };
}

function note(decoded: unknown, text: string): void {
  if (typeof decoded !== 'object' || decoded === null || !('fields' in decoded)) return;
  Object.assign(decoded.fields as object, { headers: { [unreadableHeaders]: text } });
}

interface HeaderFrame {
  readonly headerBytes: number;
  readonly withoutHeaders: Buffer;
  /** What follows the frame. */
  readonly rest: Buffer;
}

/** AMQP 0-9-1, sections 4.2.3 and 4.2.6.1: type, channel and size; class, weight, body size, flags. */
const frameHeader = { type: 2, bytes: 7, sizeAt: 3 };
const flagsAt = frameHeader.bytes + 12;
/** The first three properties of `basic`, in the order in which they come. */
const flags = { contentType: 1 << 15, contentEncoding: 1 << 14, headers: 1 << 13 };

/** @returns undefined unless the bytes begin with a whole content header that has headers. */
function readHeaderFrame(bytes: Buffer): HeaderFrame | undefined {
  if (bytes.length < flagsAt + 2 || bytes[0] !== frameHeader.type) return undefined;
  const end = frameHeader.bytes + bytes.readUInt32BE(frameHeader.sizeAt) + 1;
  const present = bytes.readUInt16BE(flagsAt);
  if (bytes.length < end || (present & flags.headers) === 0) return undefined;
  let at = flagsAt + 2;
  for (const flag of [flags.contentType, flags.contentEncoding]) {
    if ((present & flag) !== 0) at += 1 + bytes.readUInt8(at);
  }
  const headerBytes = bytes.readUInt32BE(at);
  const withoutHeaders = Buffer.concat([
    bytes.subarray(0, at),
    Buffer.alloc(4),
    bytes.subarray(at + 4 + headerBytes, end),
  ]);
  withoutHeaders.writeUInt32BE(end - frameHeader.bytes - 1 - headerBytes, frameHeader.sizeAt);
  return { headerBytes, withoutHeaders, rest: bytes.subarray(end) };
}
