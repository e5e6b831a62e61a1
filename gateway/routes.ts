import express, { type Express } from 'express';
import type { Outbox } from '../contracts/outbox';
import type { Logger } from '../observability/logger';
import type { ServedRoute } from '../observability/metric-labels';
import type { Metrics } from '../observability/metrics';
import { measureRequests } from '../observability/request-metrics';
import { endRequestSpan, traceRequests } from '../observability/trace-requests';
import type { AuthClient } from './auth-client';
import { download } from './download';
import { downloadJob } from './download-job';
import { type Endpoint, type RunningEndpoints } from './endpoint';
import { Refusal } from './errors';
import { discardUnreadBody } from './linger';
import { listJobs } from './list-jobs';
import { login } from './login';
import type { Mongo } from './mongo';
import type { UploadLimits } from './multipart';
import { operatorCalls } from './operator/calls';
import { showOpenApi } from './operator/openapi';
import { expressPath, operatorEndpoint, type OperatorDeps } from './operator/operator-call';
import { pageFile } from './page-files';
import { identifyRequests, logRequest } from './request-log';
import { sendErrors } from './send-error';
import { Mp3Sender } from './send-mp3';
import { showCalls } from './show-calls';
import { showJob } from './show-job';
import { upload } from './upload';

export interface RouteDeps {
  readonly auth: AuthClient;
  readonly mongo: Mongo;
  readonly outbox: Outbox;
  readonly limits: UploadLimits;
  /** See `upload`. */
  readonly maxBacklog: number;
  readonly lingerMs: number;
  readonly maxImportBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly running: RunningEndpoints;
}

/** Every path of the public port. */
export function createRoutes(deps: RouteDeps): Express {
  const { auth, mongo, limits, logger, metrics, running } = deps;
  const mp3s = new Mp3Sender(mongo.mp3s, limits.idleMs);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // Only MP3s have one, and theirs is not made from the body.
  app.use(
    measureRequests(metrics, logRequest(logger), endRequestSpan),
    traceRequests,
    identifyRequests,
    discardUnreadBody(deps.lingerMs),
  );
  app.use((_request, response, next) => {
    response.set('X-Content-Type-Options', 'nosniff');
    next();
  });

  const get = (path: ServedRoute, endpoint: Endpoint) => {
    app.route(path).get(running.handler(endpoint)).all(refuseMethod('GET', 'HEAD'));
  };
  const post = (path: ServedRoute, endpoint: Endpoint) => {
    app.route(path).post(running.handler(endpoint)).all(refuseMethod('POST'));
  };
  get('/', showCalls);
  post('/login', login(auth));
  post('/upload', upload(deps));
  get('/download', download(auth, mongo.jobs, mp3s));
  get('/jobs', listJobs(auth, mongo.jobs));
  get('/jobs/:id', showJob(auth, mongo.jobs));
  get('/jobs/:id/mp3', downloadJob(auth, mongo.jobs, mp3s));

  get('/operator', pageFile('operator', 'index.html'));
  get('/operator/page.js', pageFile('operator', 'page.js'));
  get('/operator/page.css', pageFile('operator', 'page.css'));
  get('/openapi.json', showOpenApi(operatorCalls));
  addOperatorCalls(app, deps);

  app.use(() => {
    throw new Refusal({ kind: 'not-found' });
  });
  app.use(sendErrors(logger));
  return app;
}

function addOperatorCalls(app: Express, deps: RouteDeps): void {
  const { auth, mongo, limits, maxImportBytes, running } = deps;
  const { idleMs } = limits;
  const operatorDeps: OperatorDeps = { auth, stores: mongo.deadLetters, idleMs, maxImportBytes };
  for (const path of new Set<ServedRoute>(operatorCalls.map(expressPath))) {
    const calls = operatorCalls.filter((call) => expressPath(call) === path);
    const route = app.route(path);
    for (const call of calls) {
      route[call.method](running.handler(operatorEndpoint(operatorDeps, call)));
    }
    const methods = { get: ['GET', 'HEAD'], post: ['POST'] };
    route.all(refuseMethod(...calls.flatMap(({ method }) => methods[method])));
  }
}

function refuseMethod(...allowed: string[]): () => never {
  return () => {
    throw new Refusal({ kind: 'method-not-allowed', allowed });
  };
}
