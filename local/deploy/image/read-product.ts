import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../engine/run-program';
import { productVersion } from '../product';
import type { Product } from './built-image';

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().default(false),
      // Needed by a development package and wanted, but not needed, by another.
      devOptional: z.boolean().default(false),
      optional: z.boolean().default(false),
    }),
  ),
});

/** @throws ZodError when package.json or package-lock.json (version 3) is not what it should be */
export function readProduct(repository: string): Omit<Product, 'revision'> {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(repository, name), 'utf8'));
  const { packages } = lockFile.parse(read('package-lock.json'));
  return {
    version: productVersion(repository),
    lockedPackages: new Map(
      Object.entries(packages)
        .filter(([path]) => path !== '')
        .map(([path, { dev, devOptional, optional }]) => [
          path,
          { development: dev, optional: optional || devOptional },
        ]),
    ),
  };
}

/**
 * The commit of a checkout, in full.
 *
 * @throws StackError where it is none
 */
export async function readRevision(repository: string, signal: AbortSignal): Promise<string> {
  // Who runs this as root does so in somebody's checkout.
  const args = ['-c', 'safe.directory=*', '-C', repository, 'rev-parse', 'HEAD'];
  return (await runProgram('git', args, { signal })).stdout.trim();
}
