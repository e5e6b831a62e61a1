import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics';
import type { Readiness } from './readiness';

/**
 * The port that only the platform sees: `/metrics` (Prometheus text), `/livez` (the event loop
 * turns), `/readyz` (200 or 503, with each condition as JSON).
 */
export interface AdminServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * @param host Address to bind; @param port 0 picks a free one.
 * @throws Error when it cannot listen there, with address and reason.
 */
export async function startAdminServer(
  host: string,
  port: number,
  metrics: Metrics,
  readiness: Readiness,
): Promise<AdminServer> {
  const server = createServer((request, response) => {
    answerTo(request, metrics, readiness).then(
      (answer) => {
        send(response, answer);
      },
      (error: unknown) => {
        send(response, plain(500, Error.isError(error) ? error.message : String(error)));
      },
    );
  });
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new Error(`the admin port cannot listen on ${host} port ${port}: ${reason}`, {
      cause: error,
    });
  }
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

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const plain = (status: number, line: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${line}\n`,
});

/** The whole answer, before any of it is sent: what fails here can still be told with a status. */
async function answerTo(
  request: IncomingMessage,
  metrics: Metrics,
  readiness: Readiness,
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD');
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  switch (path) {
    case '/metrics':
      return { status: 200, contentType: metrics.registry.contentType, body: await metrics.text() };
    case '/livez':
      return plain(200, 'ok');
    case '/readyz': {
      const report = await readiness.report();
      return {
        status: report.ready ? 200 : 503,
        contentType: 'application/json',
        body: `${JSON.stringify(report, null, 2)}\n`,
      };
    }
    default:
      return plain(404, 'not found; there are /metrics, /livez and /readyz');
  }
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  if (status === 405) response.setHeader('allow', 'GET, HEAD'); // RFC 9110 section 15.5.6.
  response.writeHead(status, { 'content-type': contentType }).end(body);
}
