import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness';

/**
 * The port that only the platform sees: `/metrics` (Prometheus text), `/livez` (the event loop
 * turns), `/readyz` (200 or 503, with each condition as JSON).
 */
export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** @param host Address to bind; @param port 0 picks a free one. */
export async function startAdminServer(
  host: string,
  port: number,
  registry: Registry,
  readiness: Readiness,
): Promise<AdminServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function answer(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/metrics':
        response
          .writeHead(200, { 'content-type': registry.contentType })
          .end(await registry.metrics());
        return;
      case '/livez':
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
        return;
      case '/readyz': {
        const report = await readiness.report();
        response
          .writeHead(report.ready ? 200 : 503, { 'content-type': 'application/json' })
          .end(`${JSON.stringify(report, null, 2)}\n`);
        return;
      }
      default:
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
