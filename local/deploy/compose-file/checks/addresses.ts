import type { Check, ComposeFinding } from '../check';
import { type Address, dialled, listeningPorts } from '../model/addresses';
import type { Deployment } from '../model/deployment';
import { isOneShot, productServices, settingText } from '../model/product-service';

/** Every address is a service that listens there, and that its caller can reach. */
export const addresses: Check = (deployment) => [
  ...dialled(deployment).flatMap((address) => problemsOf(deployment, address)),
  ...unscraped(deployment),
];

function problemsOf(deployment: Deployment, address: Address): ComposeFinding[] {
  const { services } = deployment.compose;
  const { from, where, port } = address;
  const host = address.host === 'localhost' ? from : address.host;
  const problem = (text: string): ComposeFinding[] => [
    { check: 'addresses', where, problem: `${address.host}:${port}: ${text}` },
  ];
  const service = services[host];
  if (service === undefined) return problem('expected the name of a service');
  const ports = listeningPorts(deployment, host);
  if (!ports.includes(port)) {
    return problem(`expected a port that ${host} listens on (${ports.join(', ')})`);
  }
  const shared = Object.keys(services[from]?.networks ?? {}).some(
    (network) => network in service.networks,
  );
  return shared ? [] : problem(`expected a network that ${from} and ${host} share`);
}

/** What Prometheus does not look at is down without an alert. */
function unscraped(deployment: Deployment): ComposeFinding[] {
  const scraped = dialled(deployment).filter(({ from }) => from === 'prometheus');
  return productServices(deployment.compose)
    .filter(({ service }) => !isOneShot(service))
    .filter((product) => {
      const admin = Number(settingText(deployment, product, 'adminPort'));
      return !scraped.some(({ host, port }) => host === product.name && port === admin);
    })
    .map(({ name }) => ({
      check: 'addresses',
      where: 'prometheus',
      problem: `expected a scrape of ${name} at its ADMIN_PORT, got none`,
    }));
}
