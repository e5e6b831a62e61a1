import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { newTraceId, traceIdOf } from '../contracts/trace-id';
import type { Logger } from '../observability/logger';
import type { LabelValues, Metrics } from '../observability/metrics';

const header = 'X-Request-Id';

/** The id under which this request stands in our logs, in those of auth, and in the answer. */
export function requestIdOf(response: Response): string {
  return response.get(header) ?? 'none';
}

const traceIds = new WeakMap<Response, string>();

/** The trace this request belongs to (W3C Trace Context): the caller's, or a fresh one. */
export function traceIdOfRequest(response: Response): string {
  const known = traceIds.get(response);
  if (known !== undefined) return known;
  const traceId = traceIdOf(response.req.get('traceparent')) ?? newTraceId();
  traceIds.set(response, traceId);
  return traceId;
}

/**
 * Gives each request its id and, once it is over, one log line and its metrics. The line holds the
 * route's pattern, not the URL: a token sent in a query by mistake must not reach the logs.
 */
export function logRequests(logger: Logger, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.set(header, acceptedId(request.get(header)) ?? randomUUID());
    response.once('close', () => {
      const ms = performance.now() - started;
      const route = routeOf(request);
      const method = request.method;
      const complete = response.writableFinished;
      const status = response.headersSent ? response.statusCode : null;
      metrics.count('http_requests_total', { route, method, status_class: statusClass(status) });
      metrics.observe('http_request_duration_seconds', { route, method }, ms / 1000);
      const [requestId, traceId] = [requestIdOf(response), traceIdOfRequest(response)];
      const line = { requestId, traceId, method, route, status, ms: Math.round(ms) };
      logger.info(complete ? line : { ...line, brokenOff: true }, 'request');
    });
    next();
  };
}

/** A caller's own id is kept when it is harmless in a header and in a log. */
function acceptedId(sent: string | undefined): string | undefined {
  return sent !== undefined && /^[\w.-]{1,64}$/.test(sent) ? sent : undefined;
}

function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path =
    typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'unknown';
}

/** A client that left before there was an answer counts as its own error, as nginx' 499 does. */
function statusClass(status: number | null): LabelValues['status_class'] {
  if (status === null) return '4xx';
  const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
  return classes[Math.floor(status / 100) - 1] ?? '5xx';
}
