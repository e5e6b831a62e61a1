import { existsSync } from 'node:fs';
import type { Engine } from '../engine/engine';
import type { ImageTarget } from './image-target';

/** Where Debian keeps the certificates a machine trusts; a proxy's own is among them. */
const machineCertificates = '/etc/ssl/certs/ca-certificates.crt';

export interface ImageBuild {
  /** The checkout, or a copy of what is sent of it. */
  readonly context: string;
  readonly target: ImageTarget;
  readonly tag: string;
  readonly version: string;
  /** The commit; left out where the image is of no commit in particular. */
  readonly revision?: string;
  readonly cache: boolean;
}

/**
 * Builds a target of the Dockerfile as a person would, with the engine's network `outside`.
 *
 * @throws StackError with the end of the builder's output
 */
export async function buildImage(engine: Engine, build: ImageBuild): Promise<void> {
  const { context, target, tag, version, revision, cache } = build;
  await engine.docker([
    'build',
    ...['--network', 'host', '--progress', 'plain', '--target', target, '--tag', tag],
    ...['--build-arg', `VERSION=${version}`],
    ...(revision === undefined ? [] : ['--build-arg', `REVISION=${revision}`]),
    ...(existsSync(machineCertificates) ? ['--secret', `id=ca,src=${machineCertificates}`] : []),
    ...(cache ? [] : ['--no-cache']),
    context,
  ]);
}
