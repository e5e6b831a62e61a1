import type { Check, ComposeFinding } from '../check';
import { listeningPorts } from '../model/addresses';
import type { Deployment } from '../model/deployment';
import { productServices, settingText } from '../model/product-service';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'ports',
  where,
  problem,
});

/** What a person may reach from the machine: the product, and pages with a login or with no secret. */
const published = ['proxy', 'inbox', 'rabbitmq', 'prometheus', 'alertmanager', 'grafana'];

/** Ports are published on the loopback, once, where something listens. */
export const ports: Check = (deployment) => [
  ...Object.entries(deployment.compose.services).flatMap(([name, service]) =>
    service.ports.flatMap((port) => [
      ...(port.host_ip === '127.0.0.1'
        ? []
        : [found(name, `expected 127.0.0.1, got ${port.host_ip ?? 'every address'}`)]),
      ...(published.includes(name)
        ? []
        : [found(name, `${port.target}: expected it to be reached by other containers only`)]),
      ...(listeningPorts(deployment, name).includes(port.target)
        ? []
        : [found(name, `expected a port that it listens on, got ${port.target}`)]),
      ...(port.published === undefined
        ? [found(name, `${port.target}: expected a port of the machine, got any`)]
        : []),
    ]),
  ),
  ...taken(deployment),
  ...linksToMachine(deployment),
];

function taken({ compose }: Deployment): ComposeFinding[] {
  const users = Object.entries(compose.services).flatMap(([name, service]) =>
    service.ports.map((port) => ({ name, port: port.published })),
  );
  return users
    .filter(({ port }, index) => users.findIndex((other) => other.port === port) < index)
    .map(({ name, port }) => found(name, `${port ?? ''} is published by another service, too`));
}

/** Addresses of pages, as they stand in mails and alerts. */
function linksToMachine(deployment: Deployment): ComposeFinding[] {
  const { services } = deployment.compose;
  const links = [
    ...productServices(deployment.compose).map((product) => ({
      where: `${product.name}: PUBLIC_URL`,
      link: settingText(deployment, product, 'publicUrl'),
      service: 'proxy',
    })),
    ...Object.entries(services).map(([name, { command }]) => ({
      where: `${name}: --web.external-url`,
      link: command?.find((word) => word.startsWith('--web.external-url='))?.split('=')[1],
      service: name,
    })),
  ];
  return links.flatMap(({ where, link, service }) => {
    const url = URL.parse(link ?? '');
    if (url?.hostname !== '127.0.0.1') return [];
    const leads = services[service]?.ports.some((port) => port.published === url.port) ?? false;
    return leads ? [] : [found(where, `${url.href}: expected the port that ${service} has`)];
  });
}
