import { BSON } from 'mongodb';
import fc from 'fast-check';
import {
  commandName,
  frameReply,
  headerBytes,
  maxMessageBytes,
  MessageSplitter,
  opMsg,
} from './wire-messages';

/** A message of this many bytes beyond its header, recognizable by its request id. */
function message(requestId: number, bodyBytes: number): Buffer {
  const buffer = Buffer.alloc(headerBytes + bodyBytes, requestId);
  buffer.writeInt32LE(buffer.length, 0);
  buffer.writeInt32LE(requestId, 4);
  return buffer;
}

function command(document: BSON.Document, before: Buffer[] = []): Buffer {
  const body = Buffer.concat([
    Buffer.alloc(headerBytes + 4),
    ...before,
    Buffer.from([0]),
    BSON.serialize(document),
  ]);
  body.writeInt32LE(body.length, 0);
  body.writeInt32LE(opMsg, 12);
  return body;
}

test('whatever way the network cuts the stream, the same messages come out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(300), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 30 }),
      (sizes, cuts) => {
        const messages = sizes.map((size, index) => message(index, size));
        const stream = Buffer.concat(messages);
        const splitter = new MessageSplitter();
        const received: Buffer[] = [];
        for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
          const next = offset + (cuts[turn % cuts.length] ?? 1);
          received.push(...splitter.push(stream.subarray(offset, next)));
          offset = next;
        }
        expect(received.map((one) => one.toString('hex'))).toEqual(
          messages.map((one) => one.toString('hex')),
        );
      },
    ),
  );
});

test('half a message gives nothing until the rest comes', () => {
  const splitter = new MessageSplitter();
  const whole = message(7, 100);
  expect(splitter.push(whole.subarray(0, 3))).toEqual([]);
  expect(splitter.push(whole.subarray(3, 60))).toEqual([]);
  expect(splitter.push(whole.subarray(60))).toEqual([whole]);
});

test.each([0, 15, -1, maxMessageBytes + 1])('a length of %d is refused', (length) => {
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(length, 0);
  expect(() => new MessageSplitter().push(header)).toThrow(`a message of ${length} bytes`);
});

test('the name of a command is the first key of its body, behind other sections too', () => {
  expect(commandName(command({ endSessions: [], $db: 'admin' }))).toBe('endSessions');
  // Section kind 1: its length, an identifier, documents.
  const documents = Buffer.concat([Buffer.from('documents\0'), BSON.serialize({ a: 1 })]);
  const section = Buffer.concat([Buffer.from([1]), Buffer.alloc(4), documents]);
  section.writeInt32LE(4 + documents.length, 1);
  expect(commandName(command({ insert: 'things', $db: 'x' }, [section]))).toBe('insert');
});

test('what is no command has no name, however it is damaged', () => {
  expect(commandName(message(1, 50))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const damaged = Buffer.concat([message(1, 0), Buffer.from(bytes)]);
      damaged.writeInt32LE(opMsg, 12);
      const name = commandName(damaged);
      expect(name === undefined || typeof name === 'string').toBe(true);
    }),
  );
});

test('a reply is framed as its request was', () => {
  const document = Buffer.from(BSON.serialize({ ok: 1 }));
  const ids = { requestId: 3, responseTo: 9 };
  const modern = frameReply(document, ids, false);
  expect([0, 4, 8, 12].map((offset) => modern.readInt32LE(offset))).toEqual([
    modern.length,
    3,
    9,
    2013,
  ]);
  expect(BSON.deserialize(modern.subarray(21))).toEqual({ ok: 1 });
  const legacy = frameReply(document, ids, true);
  expect([legacy.readInt32LE(12), legacy.readInt32LE(32)]).toEqual([1, 1]);
  expect(BSON.deserialize(legacy.subarray(36))).toEqual({ ok: 1 });
});
