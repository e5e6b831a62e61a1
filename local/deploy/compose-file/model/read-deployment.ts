import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { productVersion } from '../../product';
import type { ComposeConfig } from './compose-config';
import type { Deployment, ImageFacts, MountedPath } from './deployment';

/** Reads what the compose file refers to. @param secretsDirectory Where the script made the secrets. */
export function readDeployment(
  repository: string,
  compose: ComposeConfig,
  secretsDirectory: string,
): Deployment {
  const sources = Object.values(compose.services).flatMap(({ volumes }) =>
    volumes.flatMap(({ type, source }) => (type === 'bind' && source !== undefined ? source : [])),
  );
  return {
    compose,
    secrets: Object.fromEntries(
      readdirSync(secretsDirectory).map((name) => [
        name,
        readFileSync(join(secretsDirectory, name), 'utf8').replace(/\n$/, ''),
      ]),
    ),
    mounted: Object.fromEntries(sources.map((source) => [source, readMounted(source)])),
    image: readImage(repository),
    gitIgnored: readFileSync(join(repository, '.gitignore'), 'utf8').split('\n'),
  };
}

function readMounted(path: string): MountedPath {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'missing', texts: {} };
  if (stats.isFile()) {
    return { kind: 'file', texts: { [basename(path)]: readFileSync(path, 'utf8') } };
  }
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  const texts = names
    .filter((name) => extname(name) === '.yml')
    .map((name) => [name, readFileSync(join(path, name), 'utf8')] as const);
  return { kind: 'directory', texts: Object.fromEntries(texts) };
}

function readImage(repository: string): ImageFacts {
  const version = productVersion(repository);
  const dockerfile = join(repository, 'Dockerfile');
  if (!existsSync(dockerfile)) return { version, entrypoint: undefined, ignored: undefined };
  const instruction = /^ENTRYPOINT\s+(\[[^\]]*\])/m.exec(readFileSync(dockerfile, 'utf8'))?.[1];
  const ignoring = join(repository, '.dockerignore');
  return {
    version,
    entrypoint: z.array(z.string()).parse(JSON.parse(instruction ?? '[]')),
    ignored: existsSync(ignoring) ? readFileSync(ignoring, 'utf8').split('\n') : [],
  };
}
