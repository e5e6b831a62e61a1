import { existsSync } from 'node:fs';
import { requireFreePorts } from './daemon/busy-port';
import type { Daemon } from './daemon/daemon';
import { daemonFiles, findDaemon, probeOnce } from './daemon/supervisor';
import { clearLeases } from './leases';
import { createProductProcess, processNames } from './processes/product-process';
import { startProcesses, stopProcesses } from './processes/processes';
import {
  monitorNames,
  serverDaemons,
  serverNames,
  startServers,
  stopServers,
  type StartOptions,
  type StopOptions,
} from './servers/servers';
import type { StackConfig } from './stack-config';
import { recordStack } from './stack-record';

export interface BringUpOptions {
  /** The servers without the product. */
  readonly serversOnly?: boolean;
  /** Prometheus and Alertmanager as well. */
  readonly monitoring?: boolean;
}

/**
 * Starts servers and the product's processes where they do not run yet. Callers hold the lock.
 *
 * @throws StackError before anything is started when a port is taken
 */
export async function bringUp(
  config: StackConfig,
  options: StartOptions & BringUpOptions = {},
): Promise<void> {
  const { serversOnly = false, monitoring = false } = options;
  const daemons = [
    ...stackDaemons(config, serversOnly),
    ...(monitoring ? monitorDaemons(config) : []),
  ];
  for (const daemon of daemons) {
    if (findDaemon(config, daemon.name) === undefined) {
      await requireFreePorts(daemon, config.baseVariable);
    }
  }
  recordStack(config);
  await startServers(config, serverNames, options);
  if (!serversOnly) await startProcesses(config, options);
  if (monitoring) await startServers(config, monitorNames, options);
}

/** Stops everything of this stack and nothing else. Callers hold the lock. */
export async function takeDown(config: StackConfig, options: StopOptions = {}): Promise<void> {
  // First, so that nobody is told of what goes down on purpose.
  await stopServers(config, monitorNames, options);
  await stopProcesses(config, options);
  await stopServers(config, serverNames, options);
  clearLeases(config.stateDirectory);
}

/** How many processes of this stack run, whether they answer or not. */
export function countRunning(config: StackConfig): number {
  return [...stackDaemons(config, false), ...monitorDaemons(config)].filter(({ name }) =>
    findDaemon(config, name),
  ).length;
}

export interface DaemonStatus {
  readonly name: string;
  /** `not ready`: it answers that it cannot do its work (yet, or any more). */
  readonly state: 'running' | 'not ready' | 'not answering' | 'stopped';
  readonly pid: number | null;
  readonly ports: readonly { readonly label: string; readonly port: number }[];
  readonly uptimeS: number | null;
  readonly log: string;
  /** Why it is not ready, or does not answer. */
  readonly reason: string | null;
}

/**
 * Every process of the stack, asked in its own protocol. Prometheus and Alertmanager are of it where
 * they were started: their pid files tell, and stay when they crash.
 */
export function stackStatus(config: StackConfig): Promise<DaemonStatus[]> {
  const monitors = monitorDaemons(config);
  const monitored = monitors.some(({ name }) => existsSync(daemonFiles(config, name).pidFile));
  const daemons = [...stackDaemons(config, false), ...(monitored ? monitors : [])];
  return Promise.all(daemons.map((daemon) => daemonStatus(config, daemon)));
}

function stackDaemons(config: StackConfig, serversOnly: boolean): Daemon[] {
  const servers = serverNames.flatMap((name) => serverDaemons(config, name));
  if (serversOnly) return servers;
  return [...servers, ...processNames.map((name) => createProductProcess(config, name))];
}

function monitorDaemons(config: StackConfig): Daemon[] {
  return monitorNames.flatMap((name) => serverDaemons(config, name));
}

async function daemonStatus(config: StackConfig, daemon: Daemon): Promise<DaemonStatus> {
  const { name, ports } = daemon;
  const log = daemonFiles(config, name).logFile;
  const process = findDaemon(config, name);
  if (process === undefined) {
    return { name, state: 'stopped', pid: null, ports, uptimeS: null, log, reason: null };
  }
  const problem = await probeOnce(daemon);
  return {
    name,
    state: problem?.state ?? 'running',
    pid: process.pid,
    ports: process.ports,
    uptimeS: Math.floor((Date.now() - process.startedAtMs) / 1000),
    log,
    reason: problem?.reason ?? null,
  };
}
