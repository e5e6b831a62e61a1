import { createHash } from 'node:crypto';
import { createConnection, createServer, type Server } from 'node:net';

/**
 * Runs `body` while no other process (or other call in this one) runs under the same directory's
 * lock. The lock is a listening socket in Linux's abstract namespace (unix(7)): the kernel drops
 * it when its holder dies, so there are no stale lock files to judge. Waiters hang on a connection
 * to the holder and try again when it closes.
 */
export async function withStateLock<T>(directory: string, body: () => Promise<T>): Promise<T> {
  const name = `\0video-to-mp3-${createHash('sha256').update(directory).digest('hex')}`;
  let server = await tryToListen(name);
  while (server === undefined) {
    await holderGone(name);
    server = await tryToListen(name);
  }
  const waiters = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    waiters.add(socket);
    socket.on('error', () => socket.destroy());
  });
  try {
    return await body();
  } finally {
    server.close();
    for (const socket of waiters) socket.destroy();
  }
}

function tryToListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      resolve(server);
    });
  });
}

/** Resolves when the holder's socket closes, or at once when there is none any more. */
function holderGone(name: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(name);
    // 'close' follows 'error', so a refused connection resolves as well.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve();
    });
    socket.resume();
  });
}
