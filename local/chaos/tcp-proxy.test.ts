import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '../test-broker';
import { TcpProxy } from './tcp-proxy';

/** Sends back what it gets, and remembers it. */
let echo: Server;
let proxy: TcpProxy;
let received: string;
let served: Socket[];
let clients: Client[];

interface Client {
  readonly socket: Socket;
  heard: string;
  /** How the connection ended: undefined while it is open. */
  ended: 'closed' | 'reset' | undefined;
}

beforeEach(async () => {
  received = '';
  served = [];
  clients = [];
  echo = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.toString();
      socket.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.start((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await proxy.close();
  for (const socket of served) socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
});

function open(): Client {
  const socket = connect(proxy.port, '127.0.0.1');
  const client: Client = { socket, heard: '', ended: undefined };
  socket.on('data', (bytes) => (client.heard += bytes.toString()));
  socket.on('error', () => (client.ended = 'reset'));
  socket.on('close', () => (client.ended ??= 'closed'));
  clients.push(client);
  return client;
}

const hears = (client: Client, text: string) =>
  eventually(`answer ${text}`, () => client.heard === text || undefined);
const ends = (client: Client) => eventually('end', () => client.ended);

/** A connection through which something went both ways. */
async function openUsed(): Promise<Client> {
  const client = open();
  client.socket.write('a');
  await hears(client, 'a');
  return client;
}

it('passes bytes, and the end of a connection, both ways', async () => {
  const client = await openUsed();
  client.socket.end('b');
  await hears(client, 'ab');
  expect(await ends(client)).toBe('closed');
  expect(proxy.disturbed).toEqual([]);
});

it('tells the client when the server closes or resets', async () => {
  const closed = await openUsed();
  served[0]?.end();
  expect(await ends(closed)).toBe('closed');
  const reset = await openUsed();
  served[1]?.resetAndDestroy();
  expect(await ends(reset)).toBe('reset');
});

it('delays bytes and keeps their order when the delay goes away', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'latency', latencyMs: 50 });
  client.socket.write('b');
  await eventually('b under way', () => client.socket.bytesWritten === 2 || undefined);
  await proxy.setMode({ kind: 'pass' });
  client.socket.write('c');
  await hears(client, 'abc');
});

it('holds bytes while stalled and brings them afterwards', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'stall' });
  client.socket.write('b');
  const other = open();
  other.socket.write('x');
  await eventually('both connected', () => served.length === 2 || undefined);
  expect(received).toBe('a');
  await proxy.setMode({ kind: 'pass' });
  await hears(client, 'ab');
  await hears(other, 'x');
  expect(proxy.disturbed).toHaveLength(2);
});

it('brings what a client sent while stalled even when it has gone since', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'stall' });
  client.socket.end('b');
  await once(client.socket, 'finish');
  client.socket.destroy();
  await proxy.setMode({ kind: 'pass' });
  await eventually('the late byte', () => received === 'ab' || undefined);
});

it('leaves a half-open connection silent, after it is over as well', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'half-open' });
  await eventually('the server to lose it', () => served[0]?.destroyed || undefined);
  const during = open();
  during.socket.write('x');
  await eventually('its connection', () => proxy.disturbed.length === 2 || undefined);
  await proxy.setMode({ kind: 'pass' });
  client.socket.write('b');
  const after = await openUsed();
  await hears(after, 'a');
  expect([client.heard, client.ended]).toEqual(['a', undefined]);
  expect([during.heard, during.ended]).toEqual(['', undefined]);
  expect(received).toBe('aa');
  client.socket.end();
  expect(await ends(client)).toBe('closed');
});

it('cuts connections, new ones as well', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'reset' });
  expect(await ends(client)).toBe('reset');
  expect(await ends(open())).toBe('reset');
  await eventually('the end of both', () =>
    proxy.disturbed.length === 2 && proxy.disturbed.every(({ toMs }) => toMs !== null)
      ? true
      : undefined,
  );
  await proxy.setMode({ kind: 'pass' });
  await openUsed();
});

it('refuses new connections and keeps old ones', async () => {
  const client = await openUsed();
  await proxy.setMode({ kind: 'refuse' });
  expect(await ends(open())).toBe('reset');
  client.socket.write('b');
  await hears(client, 'ab');
  await proxy.setMode({ kind: 'pass' });
  await openUsed();
});
