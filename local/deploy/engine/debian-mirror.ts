import { existsSync, globSync, readFileSync } from 'node:fs';

export interface DebianMirror {
  readonly main: string;
  /** Undefined when this machine names none: not every mirror has the security archive. */
  readonly security: string | undefined;
}

/** Debian's public default, for a machine that has no Debian sources of its own. */
const publicMirror: DebianMirror = {
  main: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
};

/** Where this machine gets Debian packages from (sources.list(5), both formats). */
export function debianMirror(): DebianMirror {
  const paths = ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*')];
  return mirrorOf(
    paths.filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8')),
  );
}

/** Recognised by the path that every mirror has. */
export function mirrorOf(sources: readonly string[]): DebianMirror {
  const lines = sources.flatMap((text) => text.split('\n')).map((line) => line.trim());
  const addresses = lines
    .filter((line) => /^(deb\s|URIs:)/.test(line))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? [])
    .map((address) => address.replace(/\/$/, ''));
  const main = addresses.find((address) => address.endsWith('/debian'));
  if (main === undefined) return publicMirror;
  return { main, security: addresses.find((address) => address.endsWith('/debian-security')) };
}
