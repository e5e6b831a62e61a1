import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../servers/find-program';
import { systemPath } from '../../servers/system-path';
import { NoEngineError } from './no-engine-error';

const run = promisify(execFile);

export interface EnginePrograms {
  /** The client of the same package; another version on the path is left alone. */
  readonly docker: string;
  readonly dockerd: string;
}

/** util-linux and iproute2 are on every Debian; a slim container may lack them. */
const tools = ['unshare', 'nsenter', 'flock', 'mount', 'ip', 'docker-init'];
const packages = ['docker.io', 'docker-cli', 'docker-buildx', 'iproute2'];

/**
 * Docker's daemon and client. On a Debian without them the packages are installed, which removes
 * nothing that is there.
 *
 * @throws NoEngineError without root, and where there is no dockerd and none can be installed
 */
export async function findEngine(signal: AbortSignal): Promise<EnginePrograms> {
  if (process.getuid?.() !== 0) {
    throw new NoEngineError('a container engine needs root: run this as root (sudo)');
  }
  if (programs() === undefined) await install(signal);
  const found = programs();
  if (found === undefined) {
    throw new NoEngineError('no dockerd on this machine: install Docker (Debian: docker.io)');
  }
  const missing = tools.filter((name) => findProgram(systemPath, name) === undefined);
  if (missing.length > 0) {
    throw new NoEngineError(
      `the container engine needs ${missing.join(', ')}: install util-linux, iproute2 and docker.io`,
    );
  }
  return found;
}

function programs(): EnginePrograms | undefined {
  // The distribution's own first: a client in /usr/local may be of any version.
  const path = `/usr/sbin:/usr/bin:${systemPath}`;
  const dockerd = findProgram(path, 'dockerd');
  const docker = findProgram(path, 'docker');
  return dockerd === undefined || docker === undefined ? undefined : { dockerd, docker };
}

async function install(signal: AbortSignal): Promise<void> {
  if (findProgram(systemPath, 'apt-get') === undefined) return;
  const options = { signal, env: { PATH: systemPath, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await run('apt-get', ['-qq', 'update'], options);
    // Which packages hold the client and BuildKit differs between releases.
    const { stdout } = await run('apt-cache', ['pkgnames'], options);
    const known = new Set(stdout.split('\n'));
    const wanted = packages.filter((name) => known.has(name));
    const quiet = ['-qq', '--yes', '--no-remove', '--no-install-recommends'];
    await run('apt-get', ['install', ...quiet, ...wanted], options);
  } catch (error) {
    if (signal.aborted) throw error;
    const { stderr } = error as { stderr?: string };
    throw new NoEngineError(
      `there is no dockerd, and apt-get could not install docker.io: ${(stderr ?? String(error)).trim()}`,
    );
  }
}
