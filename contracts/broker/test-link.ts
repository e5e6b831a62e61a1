import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a broker that a test can stall, cut and mend. For tests only. */
export interface TestLink {
  /** The broker's address, through the link. */
  readonly url: string;
  /** Carries nothing any more, as when the network swallows every packet. New connections too. */
  stall(): void;
  /** Ends every connection and refuses new ones, as when the broker's host is gone. */
  cut(): Promise<void>;
  /** After `stall`, carries what was held back; after `cut`, takes new connections. */
  mend(): Promise<void>;
}

/** Opens a link to the broker at `brokerUrl`; `cut` closes it. */
export async function openTestLink(brokerUrl: string): Promise<TestLink> {
  const target = new URL(brokerUrl);
  /** Each socket with the one its bytes go to. */
  const sockets = new Map<Socket, Socket>();
  let stalled = false;
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const through = new URL(brokerUrl);
  through.hostname = '127.0.0.1';
  through.port = String(port);

  function listen(at: number): Promise<Server> {
    const listening = createServer((near) => {
      const far = connect({ host: target.hostname, port: Number(target.port) });
      carry(near, far);
      carry(far, near);
    });
    return new Promise((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(at, '127.0.0.1', () => {
        resolve(listening);
      });
    });
  }

  function carry(from: Socket, to: Socket): void {
    sockets.set(from, to);
    from.on('error', () => undefined); // 'close' follows and ends the other side too.
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (!stalled) from.pipe(to);
  }

  return {
    url: through.href,
    stall() {
      stalled = true;
      for (const socket of sockets.keys()) socket.unpipe();
    },
    async cut() {
      const closing = server;
      server = undefined;
      const closed = new Promise<void>((resolve) => {
        if (closing === undefined) resolve();
        else
          closing.close(() => {
            resolve();
          });
      });
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
    async mend() {
      stalled = false;
      for (const [from, to] of sockets) from.pipe(to);
      server ??= await listen(port);
    },
  };
}
