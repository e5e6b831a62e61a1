import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ImageTarget, imageTargets } from './image/image-target';

const packageSchema = z.object({ version: z.string() });

/**
 * The version of the checkout, which its images have as well.
 *
 * @throws ZodError when package.json names none
 */
export function productVersion(repository: string): string {
  const text = readFileSync(join(repository, 'package.json'), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}

/** Names of the images that are built here, without registry and version. */
export const imageNames: Readonly<Record<ImageTarget, string>> = {
  service: 'video-to-mp3',
  converter: 'video-to-mp3-converter',
};

/** The target that an image of this name is built of; undefined for images that are not ours. */
export function targetOfImage(name: string): ImageTarget | undefined {
  return imageTargets.find((target) => imageNames[target] === name);
}
