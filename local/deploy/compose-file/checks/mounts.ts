import type { Check, ComposeFinding } from '../check';
import type { ComposeService } from '../model/compose-config';
import type { Deployment } from '../model/deployment';
import { productServices, settingText } from '../model/product-service';
import { serverImageOf } from '../model/server-images';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'mounts',
  where,
  problem,
});

/** Files that are mounted exist and stay as they are; what is written has a place to be. */
export const mounts: Check = (deployment) => [
  ...binds(deployment),
  ...volumes(deployment),
  ...Object.entries(deployment.compose.services).flatMap(([name, service]) =>
    unwritable(name, service),
  ),
  ...workDirectories(deployment),
];

function binds({ compose, mounted }: Deployment): ComposeFinding[] {
  return Object.entries(compose.services).flatMap(([name, service]) =>
    service.volumes
      .filter(({ type }) => type === 'bind')
      .flatMap(({ source = '', target, read_only: readOnly }) => [
        // Docker would make a directory of this name and mount that.
        ...((mounted[source]?.kind ?? 'missing') === 'missing'
          ? [found(`${name}: ${target}`, `expected ${source} to exist`)]
          : []),
        ...(readOnly === true ? [] : [found(`${name}: ${target}`, 'expected it to be read-only')]),
      ]),
  );
}

function volumes({ compose }: Deployment): ComposeFinding[] {
  const mounted = Object.entries(compose.services).flatMap(([name, service]) =>
    service.volumes
      .filter(({ type }) => type === 'volume')
      .map(({ source, target }) => ({ name, source, target })),
  );
  return [
    ...mounted.flatMap(({ name, source, target }) =>
      source === undefined || !(source in compose.volumes)
        ? [found(`${name}: ${target}`, 'expected a volume with a name, which outlives containers')]
        : [],
    ),
    ...Object.keys(compose.volumes)
      .filter((volume) => !mounted.some(({ source }) => source === volume))
      .map((volume) => found(volume, 'expected a service that uses this volume, got none')),
  ];
}

function unwritable(name: string, service: ComposeService): ComposeFinding[] {
  const image = serverImageOf(service);
  if (image === undefined) return [];
  const kept = image.keeps;
  return [
    ...image.writes
      .filter((path) => !isMemory(service, path) && !isVolume(service, path))
      .map((path) => found(`${name}: ${path}`, 'written to: expected a tmpfs or a volume there')),
    ...(kept !== undefined && !isVolume(service, kept)
      ? [found(`${name}: ${kept}`, 'expected a volume: what is there must outlive the container')]
      : []),
  ];
}

/** A video has up to 4 GB, which is a matter for a disk. */
function workDirectories(deployment: Deployment): ComposeFinding[] {
  return productServices(deployment.compose).flatMap((product) => {
    const directory = settingText(deployment, product, 'workDirectory');
    if (directory === undefined || isVolume(product.service, directory)) return [];
    return [found(`${product.name}: ${directory}`, 'WORK_DIR: expected a volume there')];
  });
}

const isMemory = ({ tmpfs }: ComposeService, path: string) =>
  tmpfs.some((mount) => mount.split(':')[0] === path);

const isVolume = (service: ComposeService, path: string) =>
  service.volumes.some(({ type, target }) => type === 'volume' && target === path);
