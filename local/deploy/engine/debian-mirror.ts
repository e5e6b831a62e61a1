import { existsSync, globSync, readFileSync } from 'node:fs';
import { NoEngineError } from './no-engine-error';

export interface DebianMirror {
  readonly main: string;
  /** Undefined when this machine names none: not every mirror has the security archive. */
  readonly security: string | undefined;
}

/**
 * Where this machine gets Debian packages from (sources.list(5), both formats).
 *
 * @throws NoEngineError when it names no Debian archive
 */
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
  if (main === undefined) {
    throw new NoEngineError(
      'no Debian archive in /etc/apt/sources.list or sources.list.d: expected one to make stand-ins from',
    );
  }
  return { main, security: addresses.find((address) => address.endsWith('/debian-security')) };
}
