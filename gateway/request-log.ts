import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from '../observability/logger';
import type { EndedRequest } from '../observability/request-metrics';
import { traceIdOfRequest } from '../observability/trace-requests';
import type { Origin } from './auth-client';

const header = 'X-Request-Id';

/** The id under which this request stands in our logs, in those of auth, and in the answer. */
export function requestIdOf(response: Response): string {
  return response.get(header) ?? 'none';
}

/** What every log line about a request says of it. */
export function originOf(response: Response): Origin {
  return { requestId: requestIdOf(response), traceId: traceIdOfRequest(response) };
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
    const { method } = response.req;
    const line = { ...originOf(response), method, route, status, ms: Math.round(durationMs) };
    logger.info(complete ? line : { ...line, brokenOff: true }, 'request');
  };
}

/** A caller's own id is kept when it is harmless in a header and in a log. */
function acceptedId(sent: string | undefined): string | undefined {
  return sent !== undefined && /^[\w.-]{1,64}$/.test(sent) ? sent : undefined;
}
