import { createConnection, type AddressInfo, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { createFront, type RoundTripEngine } from './front';
import { headerBytes, MessageSplitter, opMsg } from './wire-messages';

/** Echoes the command's document; crashes on session commands, as the real engine does. */
class EchoEngine implements RoundTripEngine {
  readonly seen: string[] = [];

  roundTrip(message: Buffer): ReturnType<RoundTripEngine['roundTrip']> {
    const document = BSON.deserialize(message.subarray(headerBytes + 5));
    const [name = ''] = Object.keys(document);
    this.seen.push(name);
    if (name.endsWith('Sessions')) throw new Error('the engine would have crashed');
    if (name === 'fail') return Promise.reject(new Error('no such thing'));
    return Promise.resolve({
      requestId: message.readInt32LE(4),
      moreToCome: false,
      legacy: false,
      response: Buffer.from(BSON.serialize({ ok: 1, echo: document[name] as unknown })),
    });
  }
}

let engine: EchoEngine;
let front: Server;
let client: Socket;

beforeEach(async () => {
  engine = new EchoEngine();
  front = createFront(engine);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  client = createConnection((front.address() as AddressInfo).port, '127.0.0.1');
  await new Promise((resolve) => client.once('connect', resolve));
});

afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => front.close(resolve));
});

function command(requestId: number, document: BSON.Document): Buffer {
  const body = Buffer.concat([Buffer.alloc(headerBytes + 5), BSON.serialize(document)]);
  body.writeInt32LE(body.length, 0);
  body.writeInt32LE(requestId, 4);
  body.writeInt32LE(opMsg, 12);
  return body;
}

function replies(count: number): Promise<{ responseTo: number; document: BSON.Document }[]> {
  const splitter = new MessageSplitter();
  const received: Buffer[] = [];
  return new Promise((resolve, reject) => {
    client.on('data', (chunk) => {
      received.push(...splitter.push(chunk));
      if (received.length < count) return;
      resolve(
        received.map((message) => ({
          responseTo: message.readInt32LE(8),
          document: BSON.deserialize(message.subarray(headerBytes + 5)),
        })),
      );
    });
    client.once('close', () => {
      reject(new Error('the front closed the connection'));
    });
  });
}

test('messages that arrive together are answered one by one, in order', async () => {
  const answers = replies(3);
  client.write(Buffer.concat([1, 2, 3].map((n) => command(n, { ping: n, $db: 'admin' }))));
  expect(await answers).toEqual(
    [1, 2, 3].map((n) => ({ responseTo: n, document: { ok: 1, echo: n } })),
  );
});

test.each(['endSessions', 'refreshSessions', 'killSessions'])(
  '%s is answered here and never reaches the engine',
  async (name) => {
    const answers = replies(2);
    client.write(command(5, { [name]: [], $db: 'admin' }));
    client.write(command(6, { ping: 1, $db: 'admin' }));
    expect((await answers)[0]).toEqual({ responseTo: 5, document: { ok: 1 } });
    expect(engine.seen).toEqual(['ping']);
  },
);

test('a failing command drops its connection only', async () => {
  const complaint = jest.spyOn(console, 'error').mockReturnValue();
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.write(command(1, { fail: 1, $db: 'admin' }));
  await closed;
  expect(complaint).toHaveBeenCalledWith('dropped a connection: no such thing');
  complaint.mockRestore();
  client = createConnection((front.address() as AddressInfo).port, '127.0.0.1');
  const answers = replies(1);
  client.write(command(2, { ping: 1, $db: 'admin' }));
  expect(await answers).toHaveLength(1);
});
