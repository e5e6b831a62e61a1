import type { ErrorRequestHandler, Request, Response } from 'express';
import { DependencyUnavailable } from '../observability/breaker';
import type { Logger } from '../observability/logger';
import { PublishFailed } from '../contracts/broker/confirmed-publisher';
import { ClientGone } from './client-gone';
import { answerFor, type Problem, Refusal } from './errors';
import { isMongoOutage } from '../observability/mongo-outage';
import { originOf, requestIdOf } from './request-log';

/** Whether the client asks for JSON. `*` + `/*`, as `curl` sends it, does not. */
export function prefersJson(request: Request): boolean {
  const best = request.accepts(['text/plain', 'application/json', 'application/problem+json']);
  return best !== false && best !== 'text/plain';
}

/** The last handler of the chain: turns whatever was thrown into one answer of the error table. */
export function sendErrors(logger: Logger): ErrorRequestHandler {
  // Express tells an error handler by its fourth parameter.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, request, response, _next) => {
    if (error instanceof ClientGone) return;
    const problem = problemOf(error);
    const about = { ...originOf(response), err: error };
    if (problem.kind === 'unavailable') logger.warn(about, 'unavailable');
    if (problem.kind === 'internal') logger.error(about, 'unexpected error');
    if (response.headersSent) {
      // Too late for a status: breaking the connection off is how the client notices.
      response.destroy();
      return;
    }
    sendProblem(request, response, problem);
  };
}

/** What a client is told of an error; `internal` of one that nobody foresaw. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  if (
    error instanceof DependencyUnavailable ||
    error instanceof PublishFailed ||
    isMongoOutage(error)
  ) {
    return { kind: 'unavailable' };
  }
  // Express itself refuses a path it cannot decode with an error that carries a 4xx status.
  if (Error.isError(error) && 'status' in error && isClientError(error.status)) {
    return { kind: 'bad-request' };
  }
  return { kind: 'internal' };
}

const isClientError = (status: unknown) =>
  typeof status === 'number' && status >= 400 && status < 500;

/** One line of text, or problem+json (RFC 9457) for a client that asks for JSON. */
export function sendProblem(request: Request, response: Response, problem: Problem): void {
  const { status, text, title, detail, headers = {}, members = {} } = answerFor(problem);
  const json = prefersJson(request);
  for (const [name, value] of Object.entries(headers)) {
    // A browser answers a Basic challenge to a script's request with a dialogue of its own.
    if (json && value.startsWith('Basic')) continue;
    response.set(name, value);
  }
  response.status(status).vary('Accept').set('Cache-Control', 'no-store');
  if (!json) {
    response.type('text/plain').send(text);
    return;
  }
  const body = {
    type: `urn:problem:${problem.kind}`,
    title,
    status,
    detail,
    request_id: requestIdOf(response),
    ...members,
  };
  response.type('application/problem+json').send(JSON.stringify(body));
}
