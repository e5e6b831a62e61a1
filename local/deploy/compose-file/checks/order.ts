import type { Check, ComposeFinding } from '../check';
import { dialled } from '../model/addresses';
import type { ComposeConfig, ComposeService } from '../model/compose-config';
import type { Deployment } from '../model/deployment';
import { isOneShot } from '../model/product-service';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'order',
  where,
  problem,
});

/** Who waits for whom at the start, and whether that can ever come true. */
export const order: Check = (deployment) => [
  ...conditions(deployment.compose),
  ...oneShots(deployment),
];

function conditions({ services }: ComposeConfig): ComposeFinding[] {
  return Object.entries(services).flatMap(([name, { depends_on: waits }]) =>
    Object.entries(waits).flatMap(([other, { condition }]) => {
      const where = `${name}: depends_on ${other}`;
      const service = services[other];
      if (service === undefined) return [found(where, 'expected a service, got none of this name')];
      if (service.profiles.length > 0) {
        return [found(where, 'expected one that `up` starts, got one of a profile')];
      }
      switch (condition) {
        case 'service_healthy':
          if (hasCheck(service)) return [];
          return [found(where, 'expected a health check to wait for, got none')];
        case 'service_completed_successfully':
          if (isOneShot(service)) return [];
          return [found(where, 'expected one that ends, got one that is restarted')];
        default:
          return [];
      }
    }),
  );
}

export const hasCheck = ({ healthcheck }: ComposeService) =>
  healthcheck !== undefined && healthcheck.disable !== true && healthcheck.test?.[0] !== 'NONE';

/**
 * What runs once does not try again, so it waits for its server. And somebody waits for its end:
 * `up --wait` takes the end of any other container for a failure.
 */
function oneShots(deployment: Deployment): ComposeFinding[] {
  const { services } = deployment.compose;
  const started = Object.entries(services).filter(
    ([, service]) => isOneShot(service) && service.profiles.length === 0,
  );
  return started.flatMap(([name, service]) => [
    ...dialled(deployment)
      .filter(({ from, host }) => from === name && services[host] !== undefined)
      .filter(({ host }) => service.depends_on[host]?.condition !== 'service_healthy')
      .map(({ host }) => found(name, `expected it to wait until ${host} is healthy`)),
    ...(Object.values(services).some(
      (other) => other.depends_on[name]?.condition === 'service_completed_successfully',
    )
      ? []
      : [found(name, 'expected a service that waits for its end, got none')]),
  ]);
}
