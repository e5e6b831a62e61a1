import { METHODS } from 'node:http';
import type { RequestHandler } from 'express';
import type { LabelValues, Metrics } from '../observability/metrics';

const routes = ['/login', '/validate'] as const;
type Route = (typeof routes)[number] | 'other';

/** Counts and times every request by route, never by the path a client made up. */
export function requestMetrics(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const route: Route = routes.find((known) => known === request.path) ?? 'other';
      const method = METHODS.includes(request.method) ? request.method : 'other';
      const seconds = (performance.now() - startedMs) / 1000;
      metrics.observe('http_request_duration_seconds', { route, method }, seconds);
      const status_class = statusClass(response.statusCode);
      metrics.count('http_requests_total', { route, method, status_class });
    });
    next();
  };
}

function statusClass(status: number): LabelValues['status_class'] {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
