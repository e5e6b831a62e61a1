import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a broker that a test can cut and mend. For tests only. */
export interface TestLink {
  /** The broker's address, through the link. */
  readonly url: string;
  /** Ends every connection and refuses new ones, as when the broker's host is gone. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Opens a link to the broker at `brokerUrl`; `cut` closes it. */
export async function openTestLink(brokerUrl: string): Promise<TestLink> {
  const target = new URL(brokerUrl);
  const sockets = new Set<Socket>();
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const through = new URL(brokerUrl);
  through.hostname = '127.0.0.1';
  through.port = String(port);

  function listen(at: number): Promise<Server> {
    const listening = createServer((near) => {
      const far = connect({ host: target.hostname, port: Number(target.port) });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => undefined); // 'close' follows and ends the other side too.
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    return new Promise((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(at, '127.0.0.1', () => {
        resolve(listening);
      });
    });
  }

  return {
    url: through.href,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async mend() {
      server = await listen(port);
    },
  };
}
