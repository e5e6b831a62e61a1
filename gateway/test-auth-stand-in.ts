import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInUser {
  readonly sub?: string;
  readonly username: string;
  readonly admin?: boolean;
  readonly operator?: boolean;
}

/**
 * Stands in for the auth service in tests of the gateway: the HTTP interface of the contract, with
 * tokens it just remembers. What the real one does is tested where it lives, and both together by
 * the end-to-end tests.
 */
export class AuthStandIn {
  readonly #tokens = new Map<string, StandInUser>();
  readonly #passwords = new Map<string, { password: string; user: StandInUser }>();
  /** Paths asked for so far. */
  readonly calls: string[] = [];
  /** Headers of the request that came last. */
  asked: IncomingHttpHeaders = {};
  /** Set to make it answer every request with this status. */
  failWith: number | undefined;
  #server = this.#create();
  #port = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away; {@link start} brings it back on the same port. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
    this.#server = this.#create();
  }

  /** A token that `/validate` accepts. */
  tokenOf(user: StandInUser): string {
    const token = `stand-in.${randomUUID()}`;
    this.#tokens.set(token, user);
    return token;
  }

  setPassword(
    username: string,
    password: string,
    rights: Pick<StandInUser, 'admin' | 'operator'> = {},
  ): void {
    this.#passwords.set(username, { password, user: { username, admin: true, ...rights } });
  }

  #create() {
    return createServer((request, response) => {
      this.calls.push(request.url ?? '');
      this.asked = request.headers;
      const [status, body] =
        this.failWith === undefined ? this.#answer(request) : [this.failWith, 'failing'];
      response.writeHead(status).end(body);
    });
  }

  #answer(request: IncomingMessage): [number, string] {
    const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
    switch (`${request.method ?? ''} ${request.url ?? ''} ${scheme ?? ''}`) {
      case 'POST /login Basic': {
        const [username = '', password] = Buffer.from(credentials, 'base64').toString().split(':');
        const known = this.#passwords.get(username);
        if (known === undefined || known.password !== password) return [401, 'invalid credentials'];
        return [200, this.tokenOf(known.user)];
      }
      case 'POST /validate Bearer': {
        const user = this.#tokens.get(credentials);
        if (user === undefined) return [403, 'not authorized'];
        const now = Math.floor(Date.now() / 1000);
        return [200, JSON.stringify({ admin: true, ...user, iat: now, exp: now + 86_400 })];
      }
      default:
        return [401, 'missing credentials'];
    }
  }
}
