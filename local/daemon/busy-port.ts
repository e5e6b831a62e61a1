import { createServer } from 'node:net';
import { StackError } from '../stack-error';
import type { Daemon } from './daemon';

/**
 * Refuses to start a daemon on a port that somebody else listens on.
 *
 * @throws StackError in one line: the port, what wanted it and how to choose another base.
 */
export async function requireFreePorts(daemon: Daemon, baseVariable: string): Promise<void> {
  for (const { label, port } of daemon.ports) {
    if (await canListen(port)) continue;
    throw new StackError(
      `port ${port} is taken by another program, and ${daemon.name} (${label}) wants it: ` +
        `free it, or choose another range with ${baseVariable}=<first port> (for example ${baseVariable}=${exampleBase(port)})`,
    );
  }
}

/** A base a good way off that no stack has by default, below Linux's ephemeral range. */
function exampleBase(port: number): number {
  return Math.floor(port / 100) === 211 ? 20100 : 21100;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    // Fails as well when somebody listens on this port of every address (0.0.0.0 or ::).
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
