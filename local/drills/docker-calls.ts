import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type DockerCall = (call: string) => Promise<void>;

/**
 * Is told of each call of docker that a script makes, before it is done: what a drill does
 * meanwhile happens at a known point of a backup, however fast the machine is. One that throws
 * makes the call fail.
 */
export class DockerCalls {
  readonly #server: Server;
  meanwhile: DockerCall = () => Promise.resolve();

  private constructor() {
    this.#server = createServer((request, response) => {
      void (async () => {
        const args = JSON.parse(await text(request)) as string[];
        try {
          await this.meanwhile(args.join(' '));
          response.writeHead(204).end();
        } catch (error) {
          response.writeHead(500).end(String(error));
        }
      })();
    });
  }

  static async listen(): Promise<DockerCalls> {
    const calls = new DockerCalls();
    await new Promise<void>((resolve) => calls.#server.listen(0, '127.0.0.1', resolve));
    return calls;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
