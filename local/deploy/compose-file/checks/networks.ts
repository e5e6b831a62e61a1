import type { Check, ComposeFinding } from '../check';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'networks',
  where,
  problem,
});

/** What keeps data, and what reads strangers' videos, reaches nothing outside. */
const inside = ['mysql', 'mongo', 'auth', 'gateway', 'converter', 'relay'];

/** Who has business with the table of users. */
const withAccounts = ['mysql', 'auth', 'migrate', 'users', 'gateway', 'prometheus'];

/** Who can reach whom, and whom the machine can. */
export const networks: Check = ({ compose }) =>
  Object.entries(compose.services).flatMap(([name, service]) => {
    const names = Object.keys(service.networks);
    const outward = names.filter((network) => compose.networks[network]?.internal !== true);
    return [
      ...(names.includes('default') || service.network_mode !== undefined
        ? [found(name, 'expected networks by name, got the default or the machine itself')]
        : []),
      ...(service.ports.length > 0 && outward.length === 0
        ? [found(name, 'its ports cannot be published: expected a network that is not internal')]
        : []),
      ...(inside.includes(name) && outward.length > 0
        ? [found(name, `expected internal networks only, got ${outward.join(', ')}`)]
        : []),
      // Else nginx, which everybody talks to, could be talked into asking the databases.
      ...(name === 'proxy' && names.includes('back')
        ? [found(name, 'expected it to reach the gateways only, got the network of the servers')]
        : []),
      // Else a hostile video that takes over a converter could try passwords on them.
      ...(withAccounts.includes(name)
        ? []
        : ['mysql', 'auth']
            .filter((kept) =>
              names.some((network) => network in (compose.services[kept]?.networks ?? {})),
            )
            .map((kept) => found(name, `expected no network that it shares with ${kept}`))),
    ];
  });
