import { readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from '../../servers/find-program';
import { systemPath } from '../../servers/system-path';
import { copyInto, makeDebianRoot } from './debian-root';
import type { Engine } from './engine';
import { importImage } from './import-image';
import { NoEngineError } from './no-engine-error';
import { runProgram } from './run-program';

export const nodeBaseTag = 'node:24-bookworm-slim';

/**
 * A stand-in for the public image of that name, where no registry can be reached: a minimal Debian
 * 12, the Node of package.json, this machine's npm, and the user `node` (1000). Docker's library
 * builds the real one from the same parts; its own packages and entry script are not proved by it.
 *
 * @param directory where it is put together
 * @throws NoEngineError when this machine has no npm
 */
export async function importNodeBase(
  engine: Engine,
  repository: string,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const node = join(repository, 'node_modules/node/bin/node');
  const npm = findNpm();
  const [nodeVersion, npmVersion] = [
    (await runProgram(node, ['--version'], { signal })).stdout.trim().slice(1),
    packageVersion(npm),
  ];
  const root = join(directory, 'node-base');
  const changes = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `ENV NODE_VERSION=${nodeVersion}`,
    'CMD ["node"]',
  ];
  const madeFrom = `Debian bookworm, node ${nodeVersion}, npm ${npmVersion}, layout 3`;
  await importImage(engine, { tag: nodeBaseTag, madeFrom, changes }, async () => {
    await makeDebianRoot(root, { suite: 'bookworm', packages: [] }, signal);
    copyInto(root, realpathSync(node), 'usr/local/bin/node');
    copyInto(root, npm, 'usr/local/lib/node_modules/npm');
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
    symlinkSync('../lib/node_modules/npm/bin/npx-cli.js', join(root, 'usr/local/bin/npx'));
    const user = ['--root', root, '--uid', '1000', '--user-group', '--create-home'];
    const environment = { PATH: systemPath };
    await runProgram('useradd', [...user, '--shell', '/bin/bash', 'node'], { environment, signal });
    return root;
  });
  rmSync(root, { recursive: true, force: true });
}

/** The package's directory. */
function findNpm(): string {
  const npm = findProgram(`${systemPath}:${dirname(process.execPath)}`, 'npm');
  if (npm === undefined)
    throw new NoEngineError('no npm in /usr/local/bin or /usr/bin: install it');
  return dirname(dirname(realpathSync(npm)));
}

function packageVersion(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
