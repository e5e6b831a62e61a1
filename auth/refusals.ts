import { STATUS_CODES } from 'node:http';
import type { Request, Response } from 'express';

/** Every answer but success: its words (the tutorial's where it has them) and its status. */
export const refusals = {
  'missing credentials': 401,
  'invalid credentials': 401,
  'not authorized': 403,
  'bad request': 400,
  'not found': 404,
  'method not allowed': 405,
  'request too large': 413,
  'internal server error': 500,
  'service unavailable': 503,
} as const satisfies Record<string, number>;

export type Refusal = keyof typeof refusals;

/**
 * Answers with the words as plain text, which is what the tutorial's clients compare, or as
 * problem details (RFC 9457) to a client that prefers JSON.
 */
export function refuse(request: Request, response: Response, refusal: Refusal): void {
  const status = refusals[refusal];
  response.status(status).vary('Accept');
  const preferred = request.accepts(['text', 'json', 'application/problem+json']);
  if (preferred === false || preferred === 'text') {
    response.type('text/plain').send(refusal);
    return;
  }
  const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail: refusal };
  response.type('application/problem+json').send(JSON.stringify(problem));
}
