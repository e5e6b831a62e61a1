import type { Request, RequestHandler, Response } from 'express';
import {
  httpMethods,
  httpRoutes,
  statusClasses,
  type HttpMethod,
  type HttpRoute,
  type StatusClass,
} from './metric-labels';
import type { Metrics } from './metrics';
import { RequestBytes } from './request-bytes';

/** What is known of a request once it is over. */
export interface EndedRequest {
  readonly route: HttpRoute;
  /** Null when the client left before there was an answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Whether the answer went out whole. */
  readonly complete: boolean;
}

/**
 * What a route and method show at zero from their first request on: Prometheus sees no increase in a
 * series that begins with 1, and errors come in bursts. All routes from the start would be too many.
 */
const errorClasses = ['4xx', '5xx'] as const satisfies StatusClass[];

/**
 * Counts, times and weighs every request by the route that took it, never by the path a client made
 * up. Comes before everything else, so that nothing is answered uncounted.
 *
 * @param onEnd Each is called once for each request when it is over.
 */
export function measureRequests(
  metrics: Metrics,
  ...onEnd: readonly ((ended: EndedRequest, response: Response) => void)[]
): RequestHandler {
  const bytes = new RequestBytes(metrics, routeOf);
  metrics.set('http_requests_in_progress', {}, 0);
  return (request, response, next) => {
    const startedMs = performance.now();
    metrics.add('http_requests_in_progress', {}, 1);
    bytes.follow(request, response);
    response.once('close', () => {
      const route = routeOf(request);
      const method = methodOf(request);
      const durationMs = performance.now() - startedMs;
      const status = response.headersSent ? response.statusCode : null;
      metrics.add('http_requests_in_progress', {}, -1);
      for (const status_class of errorClasses) {
        metrics.count('http_requests_total', { route, method, status_class }, 0);
      }
      metrics.count('http_requests_total', { route, method, status_class: statusClassOf(status) });
      metrics.observe('http_request_duration_seconds', { route, method }, durationMs / 1000);
      const ended = { route, status, durationMs, complete: response.writableFinished };
      for (const tell of onEnd) tell(ended, response);
    });
    next();
  };
}

/** Express sets `route` once one has matched. */
function routeOf(request: Request): HttpRoute {
  const route: unknown = request.route;
  const path =
    typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return httpRoutes.find((known) => known === path) ?? 'none';
}

export function methodOf({ method }: Request): HttpMethod {
  return httpMethods.find((known) => known === method) ?? 'other';
}

/** A client that left before there was an answer counts as its own error, as nginx' 499 does. */
function statusClassOf(status: number | null): StatusClass {
  if (status === null) return '4xx';
  return statusClasses[Math.floor(status / 100) - 1] ?? '5xx';
}
