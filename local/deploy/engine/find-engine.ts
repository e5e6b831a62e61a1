import { findProgram } from '../../servers/find-program';
import { systemPath } from '../../servers/system-path';
import { NoEngineError } from './no-engine-error';

export interface EnginePrograms {
  /** The client of the same package; another version on the path is left alone. */
  readonly docker: string;
  readonly dockerd: string;
}

/** util-linux and iproute2 are on every Debian; a slim container may lack them. */
const tools = ['setpriv', 'unshare', 'nsenter', 'flock', 'mount', 'ip', 'docker-init'];

/** Installing is left to a person: Debian's package starts a daemon that changes the packet filter. */
const install =
  'install it (Debian 12: apt-get install docker.io iproute2; from Debian 13 on: docker.io docker-cli docker-buildx iproute2), which also starts the daemon of the system';

/**
 * Docker's daemon and client, as they are installed. Nothing is installed here.
 *
 * @throws NoEngineError without root, and where a program is missing, with what to type
 */
export function findEngine(): EnginePrograms {
  if (process.getuid?.() !== 0) {
    throw new NoEngineError('a container engine needs root: run this as root (sudo)');
  }
  // The distribution's own first: a client in /usr/local may be of any version.
  const path = `/usr/sbin:/usr/bin:${systemPath}`;
  const dockerd = findProgram(path, 'dockerd');
  const docker = findProgram(path, 'docker');
  if (dockerd === undefined || docker === undefined) {
    throw new NoEngineError(`no Docker (docker and dockerd) on this machine: ${install}`);
  }
  const missing = tools.filter((name) => findProgram(systemPath, name) === undefined);
  if (missing.length > 0) {
    throw new NoEngineError(
      `the container engine needs ${missing.join(', ')}: apt-get install util-linux iproute2 docker.io`,
    );
  }
  return { docker, dockerd };
}
