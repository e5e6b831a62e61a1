import { isDeepStrictEqual } from 'node:util';
import { entryNames } from '../../../../image/entry-names';
import { targetOfImage } from '../../product';
import type { Check, ComposeFinding } from '../check';
import type { Deployment } from '../model/deployment';
import { dispatcher, isProduct, productServices } from '../model/product-service';
import { imageName } from '../model/server-images';

/** Every container of ours is started as an entry the image has, and every entry by somebody. */
export const commands: Check = (deployment) => [
  ...unknownEntries(deployment),
  ...wrongImages(deployment),
  ...wrongEntrypoints(deployment),
  ...missingEntries(deployment),
];

function unknownEntries({ compose }: Deployment): ComposeFinding[] {
  const known = productServices(compose).map(({ name }) => name);
  return Object.entries(compose.services)
    .filter(([name, service]) => isProduct(service) && !known.includes(name))
    .map(([name, { entrypoint, command }]) => ({
      check: 'commands',
      where: name,
      problem: `expected one of ${entryNames.join(', ')}, got ${JSON.stringify(entrypoint ?? command)}`,
    }));
}

/** ffmpeg is in one image only, and only there. */
function wrongImages({ compose }: Deployment): ComposeFinding[] {
  return productServices(compose).flatMap(({ name, service, entry }) => {
    const wanted = entry === 'converter' ? 'converter' : 'service';
    const target = targetOfImage(imageName(service.image));
    if (target === wanted) return [];
    const problem = `expected the image of target ${wanted} for ${entry}, got ${service.image}`;
    return [{ check: 'commands', where: `${name}: image`, problem }];
  });
}

/** An entrypoint of our own takes the place of the image's: it must begin as that does. */
function wrongEntrypoints({ compose, image }: Deployment): ComposeFinding[] {
  return productServices(compose).flatMap(({ name, service: { entrypoint }, entry }) => {
    if (entrypoint === null || entrypoint === undefined || entrypoint.length === 0) return [];
    const wanted = image.entrypoint ?? entrypoint.slice(0, entrypoint.indexOf(dispatcher) + 1);
    if (isDeepStrictEqual(entrypoint, [...wanted, entry])) return [];
    const problem = `expected the image's ${JSON.stringify(wanted)} and ${entry}, got ${JSON.stringify(entrypoint)}`;
    return [{ check: 'commands', where: `${name}: entrypoint`, problem }];
  });
}

function missingEntries({ compose }: Deployment): ComposeFinding[] {
  const started = productServices(compose).map(({ entry }) => entry);
  // `health` is what a health check runs.
  return entryNames
    .filter((entry) => entry !== 'health' && !started.includes(entry))
    .map((entry) => ({
      check: 'commands',
      where: entry,
      problem: 'expected a service that runs it, got none',
    }));
}
