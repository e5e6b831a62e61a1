import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Flow } from './flow';
import { resetSocket } from './reset-socket';

export type ProxyMode =
  | { readonly kind: 'pass' }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  | { readonly kind: 'stall' }
  /** The server's side is closed, the client's stays open and silent for ever. */
  | { readonly kind: 'half-open' }
  /** Connections are cut (RST), new ones too. */
  | { readonly kind: 'reset' }
  /** Nobody listens; what is connected stays. */
  | { readonly kind: 'refuse' };

/** A connection that was disturbed: its client may have missed an answer in this time. */
export interface DisturbedConnection {
  readonly fromMs: number;
  /** Wall clock, as `fromMs`; null while it is open. */
  toMs: number | null;
}

interface Link {
  readonly openedMs: number;
  readonly client: Socket;
  /** Null when the client was let in and connected to nothing. */
  readonly server: Socket | null;
  readonly flows: readonly Flow[];
  disturbed: DisturbedConnection | null;
}

/** Stands between one client and one server, and is the network between them. */
export class TcpProxy {
  readonly disturbed: DisturbedConnection[] = [];
  readonly #links = new Set<Link>();
  #mode: ProxyMode = { kind: 'pass' };

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    readonly port: number,
    onConnection: () => void,
  ) {
    server.on('connection', (client) => {
      onConnection();
      this.#accept(client);
    });
  }

  /** Listens on a loopback port for what listens on another one. */
  static async start(
    targetPort: number,
    onConnection: () => void = () => undefined,
  ): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await listen(server, 0);
    return new TcpProxy(server, targetPort, (server.address() as AddressInfo).port, onConnection);
  }

  async setMode(mode: ProxyMode): Promise<void> {
    const before = this.#mode;
    this.#mode = mode;
    for (const link of [...this.#links]) this.#apply(link);
    if (mode.kind === 'refuse' && before.kind !== 'refuse') this.server.close();
    if (mode.kind !== 'refuse' && before.kind === 'refuse') await listen(this.server, this.port);
  }

  async close(): Promise<void> {
    for (const link of this.#links) this.#cut(link);
    if (!this.server.listening) return;
    await new Promise((resolve) => this.server.close(resolve));
  }

  #accept(client: Socket): void {
    const reachable = this.#mode.kind !== 'half-open' && this.#mode.kind !== 'reset';
    const server = reachable
      ? connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      : null;
    const flows = server === null ? [] : [new Flow(client, server), new Flow(server, client)];
    const link: Link = { openedMs: Date.now(), client, server, flows, disturbed: null };
    this.#links.add(link);
    for (const socket of [client, server]) {
      socket?.on('error', () => undefined); // 'close' follows.
      socket?.on('close', () => {
        if (client.destroyed && (server?.destroyed ?? true)) this.#forget(link);
      });
    }
    if (server === null) this.#silence(link);
    this.#apply(link);
  }

  #apply(link: Link): void {
    const mode = this.#mode;
    const hurts = mode.kind === 'stall' || mode.kind === 'half-open' || mode.kind === 'reset';
    if (hurts && link.disturbed === null) {
      link.disturbed = { fromMs: link.openedMs, toMs: null };
      this.disturbed.push(link.disturbed);
    }
    for (const flow of link.flows) {
      flow.setLatency(mode.kind === 'latency' ? mode.latencyMs : 0);
      flow.setStalled(mode.kind === 'stall');
    }
    if (mode.kind === 'reset') this.#cut(link);
    if (mode.kind === 'half-open') this.#silence(link);
  }

  /** Its client is answered by nobody, for as long as it cares to wait. */
  #silence({ flows, client, server }: Link): void {
    for (const flow of flows) flow.stop();
    if (server !== null) resetSocket(server);
    client.resume();
    client.on('end', () => {
      client.end();
    });
  }

  #cut({ flows, client, server }: Link): void {
    for (const flow of flows) flow.stop();
    resetSocket(client);
    if (server !== null) resetSocket(server);
  }

  #forget(link: Link): void {
    this.#links.delete(link);
    if (link.disturbed !== null) link.disturbed.toMs = Date.now();
  }
}

/** The port may be taken for a moment by a client that got it by chance. */
async function listen(server: Server, port: number): Promise<void> {
  for (let tries = 100; ; tries -= 1) {
    const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen({ port, host: '127.0.0.1' }, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    if (problem === undefined) return;
    if (problem.code !== 'EADDRINUSE' || tries === 0) throw problem;
    await delay(50);
  }
}
