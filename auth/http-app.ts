import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { z } from 'zod';
import type { Logger } from '../observability/logger';
import type { ServedRoute } from '../observability/metric-labels';
import { measureRequests } from '../observability/request-metrics';
import { endRequestSpan, traceIdOfRequest, traceRequests } from '../observability/trace-requests';
import { DatabaseUnavailable } from './database-error';
import { loginEndpoint, type LoginEndpointDeps } from './login-endpoint';
import { refuse, type Refusal } from './refusals';
import { requestIdOf } from './request-id';
import { validateEndpoint } from './validate-endpoint';

/** Nothing here has a body; what a client sends all the same is read up to this and ignored. */
const mostBodyBytes = 16_384;

/** The service's requests and answers, without a port. */
export function createHttpApp(deps: LoginEndpointDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(measureRequests(deps.metrics, endRequestSpan), traceRequests);
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store'); // Tokens and claims (RFC 6749 section 5.1).
    next();
  });
  const readBody = express.raw({ type: () => true, limit: mostBodyBytes, inflate: false });
  const post = (path: ServedRoute, endpoint: RequestHandler) => {
    // Within the route, so that a refused body counts as that route's.
    app.route(path).all(readBody).post(endpoint).all(onlyPost);
  };
  post('/login', loginEndpoint(deps));
  post('/validate', validateEndpoint(deps.jwtSecret));
  app.use(readBody, (request, response) => {
    refuse(request, response, 'not found');
  });
  app.use(answerErrors(deps.logger));
  return app;
}

const onlyPost: RequestHandler = (request, response) => {
  response.set('Allow', 'POST');
  refuse(request, response, 'method not allowed');
};

/** Express recognises an error handler by its four parameters. */
function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refusal = refusalOf(error);
    const traceId = traceIdOfRequest(response);
    const where = { requestId: requestIdOf(request), traceId, path: request.path };
    if (error instanceof DatabaseUnavailable) {
      response.set('Retry-After', '5');
      logger.error(where, error.message); // Once a request: no stack.
    }
    if (refusal === 'internal server error') {
      logger.error({ ...where, err: error }, 'unexpected error');
    }
    // The rest of a body that is too large is not worth reading.
    if (refusal === 'request too large') response.set('Connection', 'close');
    refuse(request, response, refusal);
  };
}

/** body-parser and the router put the status of a client's mistake on the error. */
const clientMistake = z.object({ status: z.number().min(400).max(499) });

function refusalOf(error: unknown): Refusal {
  if (error instanceof DatabaseUnavailable) return 'service unavailable';
  const mistake = clientMistake.safeParse(error);
  if (!mistake.success) return 'internal server error';
  return mistake.data.status === 413 ? 'request too large' : 'bad request';
}
