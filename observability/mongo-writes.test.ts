import { Connection } from 'mongodb/lib/cmap/connection';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { endWritesWithTheirConnection } from './mongo-writes';

let server: Server;
let socket: Socket;
let connection: Connection;

beforeEach(async () => {
  endWritesWithTheirConnection();
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  connection = new Connection(socket, { id: 1 });
});

afterEach(async () => {
  socket.destroy();
  server.close();
  await once(server, 'close');
});

const ping = () => connection.command({ db: 'admin' }, { ping: 1 });

it('ends what is written to a socket that is ended and not yet closed', async () => {
  socket.destroy();
  expect(connection.closed).toBe(false);
  await expect(ping()).rejects.toThrow(/connection 1 to .+ closed/);
});

it('ends what the closing of its connection overtakes', async () => {
  const pinging = ping();
  socket.destroy(new Error('reset'));
  await expect(pinging).rejects.toThrow('reset');
});

it('leaves no listener behind', async () => {
  const before = connection.listenerCount('close');
  const pinging = ping();
  socket.destroy();
  await expect(pinging).rejects.toThrow('closed');
  expect(connection.listenerCount('close')).toBe(before);
});
