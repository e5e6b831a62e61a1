import { imageTargets } from '../../image/image-target';
import { imageNames } from '../../product';
import type { Check, ComposeFinding } from '../check';
import type { Deployment } from '../model/deployment';
import { isProduct } from '../model/product-service';
import { imageName, serverImages } from '../model/server-images';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'images',
  where,
  problem,
});

/** Every image is a known one of a stated version; ours are built, each by one service. */
export const images: Check = (deployment) => [
  ...tags(deployment),
  ...builds(deployment),
  ...buildContext(deployment),
];

function tags({ compose, image }: Deployment): ComposeFinding[] {
  return Object.entries(compose.services).flatMap(([name, service]) => {
    const tag = /:([^:/]+)$/.exec(service.image)?.[1];
    if (tag === undefined || !/\d/.test(tag)) {
      return [found(name, `expected an image of a stated version, got ${service.image}`)];
    }
    if (isProduct(service) && tag !== image.version) {
      return [found(name, `expected the version of package.json, ${image.version}, got ${tag}`)];
    }
    if (!isProduct(service) && !(imageName(service.image) in serverImages)) {
      return [
        found(name, `${service.image}: expected an image that model/server-images.ts describes`),
      ];
    }
    return [];
  });
}

/**
 * Two services that build one name at the same time fail with "already exists" where images are
 * kept by containerd.
 */
function builds({ compose }: Deployment): ComposeFinding[] {
  return imageTargets.flatMap((target) => {
    const name = imageNames[target];
    const users = Object.entries(compose.services).filter(
      ([, { image }]) => imageName(image) === name,
    );
    const builders = users.filter(([, { build }]) => build !== undefined);
    const wrong = builders.filter(([, { build }]) => build?.target !== target);
    return [
      ...(users.length > 0 && builders.length !== 1
        ? [found(name, `expected one service that builds it, got ${builders.length}`)]
        : []),
      ...wrong.map(([service]) => found(service, `expected target ${target} for ${name}`)),
      ...users
        .filter(([, { pull_policy: policy }]) => policy !== 'never')
        .map(([service]) =>
          found(service, `${name} is in no registry: expected pull_policy never`),
        ),
    ];
  });
}

/** What is sent to the builder may end up in a layer. */
function buildContext({ image: { ignored } }: Deployment): ComposeFinding[] {
  if (ignored === undefined) return [];
  return ['.env', '.secrets']
    .filter((path) => !isIgnored(path, ignored))
    .map((path) => found('.dockerignore', `expected it to leave out ${path}`));
}

/** Lines of .dockerignore for a name at the top: the last that matches decides. */
function isIgnored(path: string, lines: readonly string[]): boolean {
  let left = false;
  for (const line of lines) {
    const pattern = line
      .trim()
      .replace(/^!/, '')
      .replace(/^\.?\//, '')
      .replace(/\/$/, '');
    if (pattern === '' || pattern.startsWith('#')) continue;
    const source = pattern
      .replace(/^\*\*\//, '')
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*');
    if (new RegExp(`^${source}$`).test(path)) left = !line.trim().startsWith('!');
  }
  return left;
}
