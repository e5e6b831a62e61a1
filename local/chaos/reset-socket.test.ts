import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { resetSocket } from './reset-socket';

it.each([
  ['open', () => undefined],
  ['whose end is on its way', (socket: Socket) => socket.end()],
])('closes a connection %s', async (_what, before) => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.on('connection', (peer) => peer.on('error', () => undefined));
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const closed = once(socket, 'close'); // Rejects on an error.
  before(socket);
  resetSocket(socket);
  await closed;
  server.close();
});
