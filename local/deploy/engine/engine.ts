import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPath } from '../../servers/system-path';
import { StackError } from '../../stack-error';
import { daemonScript } from './daemon-script';
import { endWithParent } from './end-with-parent';
import { findEngine } from './find-engine';
import { type ForwardedPort, forwardPort } from './forward-port';
import { NoEngineError } from './no-engine-error';
import { type ProgramRun, type RunOptions, runProgram } from './run-program';

/**
 * `outside`: what is built can reach the machine's networks (`docker build --network host`), there
 * are no bridges. `inside`: containers have networks and published ports, which only
 * {@link Engine.openPort} reaches from the machine; there is no way out.
 */
export type EngineNetwork = 'outside' | 'inside';

/** A container engine of our own: nothing of it is seen by another one on the same machine. */
export interface Engine {
  /** PATH, HOME, DOCKER_HOST and BuildKit switched on: all that docker and docker-compose need. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * @throws StackError when it ends with another code than 0 (unless `anyCode`)
   */
  docker(args: readonly string[], options?: RunOptions): Promise<ProgramRun>;
  /** Makes a port that a container publishes on 127.0.0.1 reachable (network `inside` only). */
  openPort(port: number): Promise<ForwardedPort>;
  /** Removes containers and networks, keeps images and volumes; waits until all of it has ended. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 40_000;
/** Of flock(1), when another engine uses the directory. */
const inUse = 75;

/**
 * Starts Docker's daemon in namespaces of its own, with all its state in `directory`. It ends with
 * this process, however that ends.
 *
 * @throws NoEngineError where it cannot run at all (no root, no dockerd)
 * @throws StackError when it did not start, or another one uses the directory
 */
export async function startEngine(
  directory: string,
  signal: AbortSignal,
  network: EngineNetwork = 'outside',
): Promise<Engine> {
  const { docker, dockerd } = findEngine();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Names of sockets have a limit of 108 bytes (unix(7)), and the checkout may be deep.
  const run = mkdtempSync(join(tmpdir(), 'engine-'));
  mkdirSync(join(run, 'exec'));
  const socket = join(run, 'docker.sock');
  const logFile = join(directory, 'dockerd.log');
  const child = startDaemon(directory, { dockerd, run, socket, logFile, network });
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => {
      resolve(255);
    });
    child.once('close', (code) => {
      resolve(code ?? 255);
    });
  });
  const environment = {
    PATH: systemPath,
    HOME: run,
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_BUILDKIT: '1',
    COMPOSE_DOCKER_CLI_BUILD: '1',
  };
  const ports: ForwardedPort[] = [];
  const call = (args: readonly string[], options: RunOptions = {}): Promise<ProgramRun> =>
    runProgram(docker, args, {
      ...options,
      environment: { ...environment, ...options.environment },
    });

  async function stop(): Promise<void> {
    for (const port of ports.splice(0)) await port.close();
    if (child.exitCode === null && child.signalCode === null) {
      const { stdout } = await call(['ps', '--all', '--quiet'], { anyCode: true });
      const containers = stdout.split('\n').filter((id) => id !== '');
      if (containers.length > 0) await call(['rm', '--force', ...containers], { anyCode: true });
      await call(['network', 'prune', '--force'], { anyCode: true });
      end(child, 'SIGTERM');
      const late = new AbortController();
      const timer = delay(stopTimeoutMs, undefined, { signal: late.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await exited;
      late.abort();
      await timer;
    }
    rmSync(run, { recursive: true, force: true });
  }

  try {
    await untilReady(call, exited, signal, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    environment,
    docker: (args, options = {}) => call(args, { signal, ...options }),
    openPort: async (port) => {
      const opened = await forwardPort(run, daemonPid(child), port);
      ports.push(opened);
      return opened;
    },
    stop,
  };
}

interface DaemonPaths {
  readonly dockerd: string;
  readonly run: string;
  readonly socket: string;
  readonly logFile: string;
  readonly network: EngineNetwork;
}

function startDaemon(directory: string, paths: DaemonPaths): ChildProcess {
  const { dockerd, run, socket, logFile, network } = paths;
  const lock = ['--no-fork', '--nonblock', '--conflict-exit-code', String(inUse)];
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const inside = network === 'inside';
  const script = inside ? `ip link set lo up\n${daemonScript}` : daemonScript;
  // In the machine's own network namespace the daemon may touch neither filter nor forwarding.
  const flags = inside ? [] : ['--iptables=false', '--ip6tables=false', '--ip-forward=false'];
  const log = openSync(logFile, 'w', 0o600);
  try {
    return spawn(
      'setpriv',
      [
        ...[...endWithParent, 'flock', ...lock, join(directory, 'lock')],
        ...['unshare', ...namespaces, ...(inside ? ['--net'] : [])],
        ...['sh', '-c', script, 'sh', dockerd, join(directory, 'data'), run, socket, ...flags],
      ],
      // A group of its own: Ctrl-C must not reach the daemon before the containers are removed.
      { detached: true, stdio: ['ignore', log, log], env: { PATH: systemPath, HOME: run } },
    );
  } finally {
    closeSync(log);
  }
}

async function untilReady(
  call: (args: readonly string[], options: RunOptions) => Promise<ProgramRun>,
  exited: Promise<number>,
  signal: AbortSignal,
  logFile: string,
): Promise<void> {
  const deadlineMs = Date.now() + startTimeoutMs;
  const abort = new AbortController();
  try {
    for (;;) {
      const { code } = await call(['version'], { anyCode: true, signal });
      if (code === 0) return;
      const ended = await Promise.race([
        exited,
        delay(100, undefined, { signal: AbortSignal.any([signal, abort.signal]) }),
      ]);
      if (ended === inUse) throw new StackError('another run of this checkout uses the engine');
      const tail = () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
      if (ended !== undefined) throw new NoEngineError(`dockerd ended (${ended}): ${tail()}`);
      if (Date.now() > deadlineMs) {
        throw new StackError(`dockerd is not ready after ${startTimeoutMs / 1000} s: ${tail()}`);
      }
    }
  } finally {
    abort.abort();
  }
}

/** The process in the namespaces: unshare's child; a signal to unshare itself would kill it. */
function daemonPid({ pid }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const [child] = children.trim().split(' ');
  if (child === undefined || child === '') throw new StackError('the container engine has ended');
  return Number(child);
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(daemonPid(child), signal);
  } catch {
    child.kill('SIGKILL'); // Between its start and its child, or gone.
  }
}
