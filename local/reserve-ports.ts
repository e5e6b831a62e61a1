import { createServer, type Server } from 'node:net';
import { portsPerStack } from './stack-ports';

/** Below Linux's ephemeral range, whose ports any client on this machine may hold. */
export const firstReservedPort = 24000;
const lastReservedPort = 32000;

/**
 * A port range that is ours as long as the returned server listens: it holds the range's last
 * port, which no server of a stack uses, so that suites running at once never choose the same.
 */
export async function reservePorts(): Promise<{ base: number; reservation: Server }> {
  for (let base = firstReservedPort; base < lastReservedPort; base += portsPerStack) {
    const reservation = await listen(base + portsPerStack - 1);
    if (reservation === undefined) continue;
    if (await isFree(base)) return { base, reservation };
    await new Promise((resolve) => reservation.close(resolve));
  }
  throw new Error(
    `no free range of ${portsPerStack} ports from ${firstReservedPort} to ${lastReservedPort}`,
  );
}

async function isFree(base: number): Promise<boolean> {
  for (let port = base; port < base + portsPerStack - 1; port += 1) {
    const server = await listen(port);
    if (server === undefined) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      resolve(server);
    });
  });
}
