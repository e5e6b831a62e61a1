import type { Check, ComposeFinding } from '../check';
import { isProduct } from '../model/product-service';

/** Capabilities that a server needs and why; none so far, as each runs as its own user. */
const granted: Readonly<Record<string, readonly string[]>> = {};

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'hardening',
  where,
  problem,
});

/** A container that is broken into can change nothing in itself and become nobody else. */
export const hardening: Check = ({ compose }) =>
  Object.entries(compose.services).flatMap(([name, service]) => {
    const added = service.cap_add.filter((cap) => !(granted[name] ?? []).includes(cap));
    // The image of the product names its user.
    const isRoot = isProduct(service)
      ? service.user !== undefined
      : service.user === undefined || /^(0|root)(:|$)/.test(service.user);
    return [
      ...(service.read_only === true ? [] : [found(name, 'expected read_only, got a disk')]),
      ...(service.cap_drop.includes('ALL') ? [] : [found(name, 'expected cap_drop of ALL')]),
      ...(added.length === 0 ? [] : [found(name, `expected no cap_add, got ${added.join(', ')}`)]),
      ...(service.security_opt.includes('no-new-privileges:true')
        ? []
        : [found(name, 'expected no-new-privileges')]),
      ...(service.privileged === true ? [found(name, 'expected it not to be privileged')] : []),
      ...(isRoot
        ? [found(name, "expected a user other than root, and the image's own for ours")]
        : []),
      ...(service.volumes.some(({ source }) => source?.endsWith('docker.sock') === true)
        ? [found(name, 'expected no way to the Docker daemon')]
        : []),
    ];
  });
