import type { Check, ComposeFinding } from '../check';
import { listeningPorts, textsOf } from '../model/addresses';
import type { ComposeService } from '../model/compose-config';
import type { Deployment } from '../model/deployment';
import { durationMs } from '../model/duration';
import { dispatcher, isOneShot, isProduct } from '../model/product-service';
import { serverImageOf } from '../model/server-images';
import { hasCheck } from './order';

/** Every container that stays says whether it is well, by a check that asks the right place. */
export const health: Check = (deployment) =>
  Object.entries(deployment.compose.services).flatMap(([name, service]) => {
    if (isOneShot(service)) return [];
    if (!hasCheck(service)) return [found(name, 'expected a health check, got none')];
    return [...asked(deployment, name, service), ...times(name, service)];
  });

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'health',
  where,
  problem,
});

function asked(deployment: Deployment, name: string, service: ComposeService): ComposeFinding[] {
  const test = service.healthcheck?.test ?? [];
  if (isProduct(service)) {
    const [, ...command] = test;
    if (command.join(' ') === `node ${dispatcher} health`) return [];
    return [found(name, `expected node ${dispatcher} health, got ${test.join(' ')}`)];
  }
  const text = test.join(' ');
  const local = [...text.matchAll(/(?:127\.0\.0\.1|\$HOSTNAME|localhost)[:/](\d+)/g)];
  if (local.length === 0) {
    if (serverImageOf(service)?.probe?.test(text) === true) return [];
    return [found(name, `expected a test that asks a port of the server, got ${text}`)];
  }
  const ports = [...listeningPorts(deployment, name), ...loopbackPorts(deployment, service)];
  return local
    .map(([, port]) => Number(port))
    .filter((port) => !ports.includes(port))
    .map((port) => found(name, `asks port ${port}: expected one of ${ports.join(', ')}`));
}

function loopbackPorts(deployment: Deployment, service: ComposeService): number[] {
  return textsOf(deployment, service).flatMap(({ text }) =>
    [...text.matchAll(/^\s*listen\s+127\.0\.0\.1:(\d+);/gm)].map(([, port]) => Number(port)),
  );
}

function times(name: string, { healthcheck }: ComposeService): ComposeFinding[] {
  const interval = durationMs(healthcheck?.interval);
  const timeout = durationMs(healthcheck?.timeout);
  if (interval === undefined || timeout === undefined) {
    // Docker's own are 30 s each, and a start would wait for them.
    return [found(name, 'expected interval and timeout, got none')];
  }
  return timeout > interval ? [found(name, 'expected a timeout within the interval')] : [];
}
