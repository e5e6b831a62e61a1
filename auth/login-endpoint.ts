import type { RequestHandler } from 'express';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import { traceIdOfRequest } from '../observability/trace-requests';
import { readBasic } from './authorization-header';
import { logIn, type LoginDeps } from './login';
import { refuse } from './refusals';
import { requestIdOf } from './request-id';
import { issueToken } from './tokens';

export interface LoginEndpointDeps extends LoginDeps {
  readonly jwtSecret: string;
  readonly tokenLifetimeS: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** `POST /login` (Basic): the token as plain text. */
export function loginEndpoint(deps: LoginEndpointDeps): RequestHandler {
  return async (request, response) => {
    const credentials = readBasic(request.headers.authorization);
    if (credentials === undefined) {
      response.set('WWW-Authenticate', basicChallenge);
      refuse(request, response, 'missing credentials');
      return;
    }
    const about = { requestId: requestIdOf(request), traceId: traceIdOfRequest(response) };
    const outcome = await logIn(credentials, deps).catch((error: unknown) => {
      deps.metrics.count('logins_total', { result: 'failed' });
      throw error;
    });
    switch (outcome.kind) {
      case 'granted': {
        deps.metrics.count('logins_total', { result: 'ok' });
        deps.logger.info({ ...about, userId: outcome.user.id }, 'login granted');
        const token = issueToken(outcome.user, deps.jwtSecret, deps.tokenLifetimeS);
        response.type('text/plain').send(token);
        return;
      }
      case 'refused':
        deps.metrics.count('logins_total', { result: 'refused' });
        deps.logger.info({ ...about, why: outcome.why }, 'login refused');
        response.set('WWW-Authenticate', basicChallenge);
        refuse(request, response, 'invalid credentials');
    }
  };
}

/** RFC 7617 section 2.1: says that we read user and password as UTF-8. */
const basicChallenge = 'Basic realm="video-to-mp3", charset="UTF-8"';
