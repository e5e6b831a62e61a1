import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PublicServer {
  readonly port: number;
  /**
   * Takes no new connections and lets running requests end; those that still run after
   * `deadlineMs` are cut off.
   */
  stop(deadlineMs: number): Promise<void>;
}

const headersTimeoutMs = 15_000;
/** Longer than the 60 s of nginx' upstream connections, so that it never meets a closed one. */
const keepAliveTimeoutMs = 75_000;

/** @param port 0 picks a free one. */
export async function startPublicServer(
  host: string,
  port: number,
  listener: RequestListener,
): Promise<PublicServer> {
  const server = createServer({
    // No limit on a whole request: an upload may take hours. A standstill has its own limit.
    requestTimeout: 0,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  });
  const serve: RequestListener = (request, response) => {
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
    listener(request, response);
  };
  server.on('request', serve);
  // Node would say "100 Continue" to everybody; here the credentials come first.
  server.on('checkContinue', serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: (deadlineMs) =>
      new Promise((resolve) => {
        const cutOff = setTimeout(() => {
          server.closeAllConnections();
        }, deadlineMs);
        server.close(() => {
          clearTimeout(cutOff);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
