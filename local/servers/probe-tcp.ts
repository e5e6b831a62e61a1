import { createConnection } from 'node:net';

/** Resolves when something accepts connections on this loopback port. */
export function probeTcp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 2_000 });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => {
      socket.destroy(new Error(`no answer on port ${port}`));
    });
    socket.once('error', reject);
  });
}
