import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../servers/find-program';
import { systemPath } from '../../servers/system-path';
import { debianMirror } from './debian-mirror';
import { endWithParent } from './end-with-parent';
import { NoEngineError } from './no-engine-error';
import { runProgram } from './run-program';

/** As Debian's own slim images are set up: packages come without manuals and translations. */
const slim = `path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
`;

export interface DebianContents {
  readonly suite: 'bookworm' | 'trixie';
  /** Beside the required ones; what they recommend is left out. */
  readonly packages: readonly string[];
}

/**
 * `sh -c … sh <root> <suite> <mirror> <dpkg's settings> <packages…>`, in namespaces of its own: what
 * is mounted below the root is gone with them, so that a removal never goes through it.
 */
const makeRootScript = `set -eu
root=$1 suite=$2 mirror=$3 slim=$4
shift 4
debootstrap --variant=minbase "$suite" "$root" "$mirror"
printf '%s' "$slim" >"$root/etc/dpkg/dpkg.cfg.d/docker"
# No package may start its server, now or in a container (invoke-rc.d(8)).
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
[ $# -gt 0 ] || exit 0
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
chroot "$root" apt-get -qq --yes --no-install-recommends install "$@"
`;

/**
 * Makes a minimal Debian in `root`, with sources for later packages.
 *
 * @throws NoEngineError without debootstrap
 * @throws StackError when a package cannot be had
 */
export async function makeDebianRoot(
  root: string,
  { suite, packages }: DebianContents,
  signal: AbortSignal,
): Promise<void> {
  if (findProgram(systemPath, 'debootstrap') === undefined) {
    throw new NoEngineError('no debootstrap on this machine: apt-get install debootstrap');
  }
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const mirror = debianMirror();
  await runProgram(
    'setpriv',
    [
      ...[...endWithParent, 'unshare', '--mount', '--pid', '--fork', '--kill-child'],
      ...['--mount-proc', 'sh', '-c', makeRootScript, 'sh', root, suite, mirror.main, slim],
      ...packages,
    ],
    {
      environment: { PATH: systemPath, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      signal,
    },
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
}

function makeSlim(root: string): void {
  const unneeded = ['info', 'lintian', 'locale', 'man'].map((name) => `usr/share/${name}`);
  for (const path of [...unneeded, 'var/lib/apt/lists', 'var/cache/apt']) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
  for (const path of [...unneeded, 'var/lib/apt/lists/partial', 'var/cache/apt/archives/partial']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  // The directories stay: a server's user has to write into its own.
  for (const entry of readdirSync(join(root, 'var/log'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isDirectory()) rmSync(join(entry.parentPath, entry.name));
  }
}

/** Copies a file or directory of this machine into the root, owned by root, links kept. */
export function copyInto(root: string, from: string, to: string): void {
  cpSync(from, join(root, to), { recursive: true, verbatimSymlinks: true, force: true });
}
