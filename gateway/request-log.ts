import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { newTraceId, traceIdOf } from '../contracts/trace-id';
import type { Logger } from '../observability/logger';
import type { EndedRequest } from '../observability/request-metrics';

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

/** Gives each request its id. */
export const identifyRequests: RequestHandler = (request, response, next) => {
  response.set(header, acceptedId(request.get(header)) ?? randomUUID());
  next();
};

/**
 * One log line for each request that is over. It holds the route's pattern, not the URL: a token
 * sent in a query by mistake must not reach the logs.
 */
export function logRequest(logger: Logger) {
  return ({ route, status, durationMs, complete }: EndedRequest, response: Response): void => {
    const [requestId, traceId] = [requestIdOf(response), traceIdOfRequest(response)];
    const { method } = response.req;
    const line = { requestId, traceId, method, route, status, ms: Math.round(durationMs) };
    logger.info(complete ? line : { ...line, brokenOff: true }, 'request');
  };
}

/** A caller's own id is kept when it is harmless in a header and in a log. */
function acceptedId(sent: string | undefined): string | undefined {
  return sent !== undefined && /^[\w.-]{1,64}$/.test(sent) ? sent : undefined;
}
