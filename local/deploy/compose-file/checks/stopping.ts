import { closingMs } from '../../closing-time';
import type { Check, ComposeFinding } from '../check';
import type { Deployment } from '../model/deployment';
import { durationMs } from '../model/duration';
import { isOneShot, productServices, settingText } from '../model/product-service';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'stopping',
  where,
  problem,
});

/** Work that runs may end before the container is killed; what ended by itself stays so. */
export const stopping: Check = (deployment) => [
  ...Object.entries(deployment.compose.services).flatMap(([name, service]) => {
    const wanted = isOneShot(service) ? 'no' : 'unless-stopped';
    const { restart = 'no', stop_grace_period: grace } = service;
    return [
      ...(restart === wanted ? [] : [found(name, `expected restart ${wanted}, got ${restart}`)]),
      ...(durationMs(grace) === undefined
        ? [found(name, "expected stop_grace_period, got Docker's ten seconds")]
        : []),
    ];
  }),
  ...ofProduct(deployment),
  ...ofProxy(deployment),
];

function ofProduct(deployment: Deployment): ComposeFinding[] {
  return productServices(deployment.compose).flatMap((product) => {
    const text =
      settingText(deployment, product, 'stopTimeoutMs') ??
      settingText(deployment, product, 'shutdownTimeoutMs');
    const grace = durationMs(product.service.stop_grace_period);
    if (text === undefined || grace === undefined) return [];
    const wanted = Number(text) + closingMs;
    if (grace >= wanted) return [];
    return [
      found(product.name, `expected ${wanted} ms of stop_grace_period for STOP_TIMEOUT_MS ${text}`),
    ];
  });
}

/** nginx ends last: its gateways' requests run through it. */
function ofProxy({ compose }: Deployment): ComposeFinding[] {
  const { proxy, gateway } = compose.services;
  if (proxy === undefined || gateway === undefined) return [];
  const enough =
    (durationMs(proxy.stop_grace_period) ?? 0) >= (durationMs(gateway.stop_grace_period) ?? 0);
  return enough ? [] : [found('proxy', "expected a stop_grace_period as long as the gateways'")];
}
