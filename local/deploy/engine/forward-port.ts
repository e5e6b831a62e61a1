import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { StackError } from '../../stack-error';

export interface ForwardedPort {
  /** On 127.0.0.1 of this machine. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * In the engine's network namespace: from a socket with a name, which is seen everywhere, to a
 * port of that namespace. It ends with its standard input.
 */
const insideSource = `
const { connect, createServer } = require('node:net');
const [path, port] = process.argv.slice(1);
const server = createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  const drop = () => { near.destroy(); far.destroy(); };
  near.on('error', drop).pipe(far).on('error', drop).pipe(near);
});
server.listen(path, () => process.stdout.write('ready'));
process.stdin.resume().on('end', () => process.exit());
`;

/**
 * Both directions end by themselves; a reset arrives as an end, a named socket knows no reset.
 *
 * @param directory where the named socket is made
 * @param pid a process in the other network namespace
 */
export async function forwardPort(
  directory: string,
  pid: number,
  port: number,
): Promise<ForwardedPort> {
  const path = join(directory, `port-${port}`);
  const inside = spawn(
    'nsenter',
    ['--target', String(pid), '--net', process.execPath, '-e', insideSource, path, String(port)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const closed = once(inside, 'close');
  const ready = await Promise.race([once(inside.stdout, 'data').then(() => true), closed]);
  if (ready !== true) throw new StackError(`cannot reach port ${port} of the container engine`);
  const sockets = new Set<Socket>();
  const server = await listen((near) => {
    const far = connect({ path, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    const drop = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on('error', drop).pipe(far).on('error', drop).pipe(near);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return {
    port: address.port,
    close: async () => {
      const ended = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      inside.stdin.end();
      await Promise.all([ended, closed]);
    },
  };
}

async function listen(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
