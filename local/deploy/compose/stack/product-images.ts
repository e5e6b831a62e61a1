import type { Engine } from '../../engine/engine';
import { importNodeBase } from '../../engine/node-base';
import { buildImage } from '../../image/build-image';
import { copyContext } from '../../image/copy-context';
import { imageTargets } from '../../image/image-target';
import { imageNames, productVersion } from '../../product';

/**
 * Builds the product's images; what did not change comes from the engine's cache.
 *
 * @param engine with the network `outside`
 * @param directory where the base image and what the build reads are put together
 */
export async function buildProductImages(
  engine: Engine,
  repository: string,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  await importNodeBase(engine, repository, directory, signal);
  const version = productVersion(repository);
  const context = copyContext(repository, directory);
  for (const target of imageTargets) {
    const tag = `${imageNames[target]}:${version}`;
    await buildImage(engine, { context, target, tag, version, cache: true });
  }
}
