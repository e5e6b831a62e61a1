import type { RequestHandler } from 'express';
import { readBearer } from './authorization-header';
import { refuse } from './refusals';
import { readToken } from './tokens';

/**
 * `POST /validate` (Bearer): the claims as JSON. Asks nothing but the signature and the clock, so
 * that a busy or absent database never stops a download.
 */
export function validateEndpoint(jwtSecret: string): RequestHandler {
  return (request, response) => {
    const token = readBearer(request.headers.authorization);
    if (token === undefined) {
      response.set('WWW-Authenticate', 'Bearer realm="video-to-mp3"');
      refuse(request, response, 'missing credentials');
      return;
    }
    const claims = readToken(token, jwtSecret);
    if (claims === undefined) refuse(request, response, 'not authorized');
    else response.json(claims);
  };
}
