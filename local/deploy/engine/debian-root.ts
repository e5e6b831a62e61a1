import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../servers/find-program';
import { systemPath } from '../../servers/system-path';
import { debianMirror } from './debian-mirror';
import { NoEngineError } from './no-engine-error';
import { runProgram } from './run-program';

const suite = 'bookworm';

/** As Debian's own slim images are set up: packages come without manuals and translations. */
const slim = `path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
`;

/**
 * Makes a minimal Debian in `root`, with sources for later packages.
 *
 * @param packages beside the required ones
 */
export async function makeDebianRoot(
  root: string,
  packages: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const environment = { PATH: systemPath, DEBIAN_FRONTEND: 'noninteractive' };
  if (findProgram(systemPath, 'debootstrap') === undefined) {
    if (findProgram(systemPath, 'apt-get') === undefined) {
      throw new NoEngineError('no debootstrap on this machine: install it');
    }
    const install = ['-qq', '--yes', '--no-remove', 'install', 'debootstrap'];
    await runProgram('apt-get', install, { environment, signal });
  }
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const mirror = debianMirror();
  const include = packages.length === 0 ? [] : [`--include=${packages.join(',')}`];
  // In a mount namespace of its own: what debootstrap mounts below `root` is gone with it.
  await runProgram(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['debootstrap', '--variant=minbase', ...include, suite, root, mirror.main],
    ],
    { environment, signal },
  );
  makeSlim(root);
  const sources = [
    `deb ${mirror.main} ${suite} main`,
    `deb ${mirror.main} ${suite}-updates main`,
    ...(mirror.security === undefined ? [] : [`deb ${mirror.security} ${suite}-security main`]),
  ];
  writeFileSync(join(root, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
  // The builder mounts its own over these; it would make and remove them, were they not there.
  for (const name of ['hosts', 'resolv.conf']) writeFileSync(join(root, 'etc', name), '');
  // No service is started in a container while a package is installed.
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
}

function makeSlim(root: string): void {
  writeFileSync(join(root, 'etc/dpkg/dpkg.cfg.d/docker'), slim);
  const unneeded = ['info', 'lintian', 'locale', 'man'].map((name) => `usr/share/${name}`);
  for (const path of [...unneeded, 'var/lib/apt/lists', 'var/cache/apt', 'var/log']) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
  for (const path of [...unneeded, 'var/lib/apt/lists/partial', 'var/cache/apt/archives/partial']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  mkdirSync(join(root, 'var/log/apt'), { recursive: true });
}

/** Copies a file or directory of this machine into the root, owned by root, links kept. */
export function copyInto(root: string, from: string, to: string): void {
  cpSync(from, join(root, to), { recursive: true, verbatimSymlinks: true, force: true });
}
