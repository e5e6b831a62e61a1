import type { Express } from 'express';
import { createHttpApp } from '../auth/http-app';
import type { LoginEndpointDeps } from '../auth/login-endpoint';
import { RunningEndpoints } from '../gateway/endpoint';
import type { OperatorCall } from '../gateway/operator/operator-call';
import { createRoutes, type RouteDeps } from '../gateway/routes';
import { createLogger } from './logger';
import { httpRoutes, type ServedRoute } from './metric-labels';
import { Metrics } from './metrics';

/** Registering asks nothing of what the endpoints will use. */
const gateway = createRoutes({
  mongo: {},
  limits: {},
  running: new RunningEndpoints(),
  logger: createLogger('gateway', 'silent'),
  metrics: new Metrics('gateway'),
} as RouteDeps);
const auth = createHttpApp({ metrics: new Metrics('auth') } as LoginEndpointDeps);

const pathsOf = (app: Express) =>
  app.router.stack.flatMap(({ route }) => (route === undefined ? [] : [route.path]));

test('gateway and auth register every route that has a label, and no other', () => {
  const served = new Set([...pathsOf(gateway), ...pathsOf(auth)]);
  expect([...served].sort()).toEqual(httpRoutes.filter((route) => route !== 'none').sort());
});

/** Never called: each line is here not to compile. `npm run check` says if one does. */
export function doesNotCompile(call: OperatorCall): void {
  // @ts-expect-error A path that has no label.
  const path: ServedRoute = '/uploads';
  // @ts-expect-error A path of the operator that has no label.
  const other: OperatorCall = { ...call, path: '/operator/dead-letters/{id}/bodies' };
  // @ts-expect-error A path as Express writes it, where OpenAPI's is meant.
  const express: OperatorCall = { ...call, path: '/operator/dead-letters/:id' };
  const right: OperatorCall = { ...call, path: '/operator/dead-letters/orders/{id}/stop' };
  [path, other, express, right].forEach(String);
}
