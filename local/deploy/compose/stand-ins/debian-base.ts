import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram } from '../../../servers/find-program';
import { systemPath } from '../../../servers/system-path';
import { StackError } from '../../../stack-error';
import { NoEngineError } from '../../engine/no-engine-error';
import { runProgram } from '../../engine/run-program';

export interface DebianBase {
  readonly suite: 'trixie' | 'bookworm';
  readonly packages: readonly string[];
}

/** What stand-ins are made from: one root with all servers. 4.x of RabbitMQ is in trixie. */
export const currentServers: DebianBase = {
  suite: 'trixie',
  packages: [
    'rabbitmq-server',
    'mariadb-server-core',
    'mariadb-client-core',
    'nginx-light',
    'prometheus',
    'prometheus-alertmanager',
    'busybox',
    'curl',
    'util-linux',
  ],
};

/** RabbitMQ 3.10, for the way from 3 to 4. */
export const olderBroker: DebianBase = { suite: 'bookworm', packages: ['rabbitmq-server'] };

/** What no server reads. */
const leftOut = ['proc/*', 'sys/*', 'dev/*', 'var/cache/apt/*', 'var/lib/apt/lists/*'].concat([
  'usr/share/doc/*',
  'usr/share/man/*',
  'usr/share/locale/*',
  'tmp/*',
  'etc/resolv.conf',
]);

/**
 * A Debian with these packages as one archive for `docker import`, made once below `directory` from
 * the machine's own package sources.
 *
 * @returns the archive's path
 * @throws NoEngineError without debootstrap
 * @throws StackError when a package cannot be had
 */
export async function debianArchive(
  { suite, packages }: DebianBase,
  directory: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  const archive = join(directory, `${suite}.tar`);
  const list = `${archive}.packages`;
  const wanted = packages.join(' ');
  if (existsSync(archive) && existsSync(list) && readFileSync(list, 'utf8') === wanted) {
    return archive;
  }
  if (findProgram(systemPath, 'debootstrap') === undefined) {
    throw new NoEngineError(
      'the stand-ins for server images need debootstrap: apt-get install debootstrap',
    );
  }
  say(`a Debian ${suite} with ${wanted}`);
  const root = join(directory, `${suite}.root`);
  rmSync(root, { recursive: true, force: true });
  await mkdir(dirname(root), { recursive: true });
  const environment = { PATH: systemPath, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const run = { environment, signal };
  try {
    await runProgram('debootstrap', ['--variant=minbase', suite, root, debianMirror()], run);
    // No package may start its server while it is installed (invoke-rc.d(8)).
    await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    const apt = ['apt-get', '-qq', '--yes', '--no-install-recommends', 'install'];
    await runProgram('chroot', [root, ...apt, ...packages], run);
    const exclude = leftOut.map((path) => `--exclude=./${path}`);
    await runProgram('tar', ['-C', root, ...exclude, '-cf', `${archive}.new`, '.'], run);
    await rename(`${archive}.new`, archive);
    await writeFile(list, wanted);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return archive;
}

/** The mirror of the machine's own sources (sources.list(5)); the security archive is no mirror. */
function debianMirror(): string {
  const files = ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*')];
  for (const path of files.filter((name) => existsSync(name))) {
    for (const [uri] of readFileSync(path, 'utf8').matchAll(/https?:\/\/\S*\/debian\/?(?=\s)/g)) {
      return uri;
    }
  }
  throw new StackError('this machine has no Debian package sources to make the stand-ins from');
}
