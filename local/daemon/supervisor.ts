import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { requireFreePorts } from './busy-port';
import { NotReady, type Daemon } from './daemon';
import { fingerprint, launch, type DaemonFiles } from './launch';
import { logTail } from './log-tail';
import { readLivingProcess, removePidFile, type ProcessRecord } from './pid-file';
import { isAlive } from './process-identity';
import { crashProcess, stopProcess, type StopResult } from './stop';

/** A server that accepts a connection and then says nothing may keep a client waiting for ever. */
const probeTimeoutMs = 10_000;

export type StartResult = 'started' | 'restarted' | 'already running';

/** Where a daemon's pid file and log lie. */
export function daemonFiles(config: StackConfig, name: string): DaemonFiles {
  return {
    pidFile: join(config.stateDirectory, 'run', `${name}.json`),
    logFile: join(config.stateDirectory, 'logs', `${name}.log`),
  };
}

/** The daemon's running process; undefined when it does not run. */
export function findDaemon(config: StackConfig, name: string): ProcessRecord | undefined {
  return readLivingProcess(daemonFiles(config, name).pidFile);
}

/**
 * Makes sure a daemon runs, as it would be started now, and answers. Callers hold the state lock.
 *
 * @param signal aborted when nobody wants it any more; a daemon that is not ready yet is ended then
 * @throws StackError with the end of its log when it ends, or does not answer before its deadline.
 */
export async function startDaemon(
  config: StackConfig,
  daemon: Daemon,
  signal?: AbortSignal,
): Promise<StartResult> {
  signal?.throwIfAborted();
  const files = daemonFiles(config, daemon.name);
  const command = await daemon.command();
  const running = readLivingProcess(files.pidFile);
  const changed =
    daemon.replaceWhenChanged && running?.fingerprint !== fingerprint(daemon, command);
  if (running !== undefined && !changed) {
    await waitUntilReady(daemon, running, signal);
    return 'already running';
  }
  if (running !== undefined) await stopProcess(running, daemon.stopDeadlineMs);
  await daemon.beforeStart?.();
  await requireFreePorts(daemon, config.baseVariable);
  await daemon.prepare();
  const record = await launch(daemon, command, files);
  try {
    await waitUntilReady(daemon, record, signal);
  } catch (error) {
    if (isAlive(record)) await stopProcess(record, daemon.stopDeadlineMs);
    removePidFile(files.pidFile);
    throw error;
  }
  return running === undefined ? 'started' : 'restarted';
}

/**
 * Stops the daemon if it runs; never touches a process that only has its old pid.
 *
 * @param hurryMs kills what has not ended after this time, instead of after its own deadline
 */
export async function stopDaemon(
  config: StackConfig,
  daemon: Pick<Daemon, 'name' | 'stopDeadlineMs' | 'beforeStop' | 'afterStop'>,
  hurryMs?: number,
): Promise<StopResult | 'not running'> {
  const { pidFile } = daemonFiles(config, daemon.name);
  const running = readLivingProcess(pidFile);
  let result: StopResult | 'not running' = 'not running';
  if (running !== undefined) {
    if (hurryMs === undefined) await daemon.beforeStop?.().catch(() => undefined);
    result = await stopProcess(running, hurryMs ?? daemon.stopDeadlineMs);
    await daemon.afterStop?.();
  }
  removePidFile(pidFile);
  return result;
}

/** Ends the daemon as a crash would (SIGKILL to its whole group). */
export async function crashDaemon(config: StackConfig, name: string): Promise<void> {
  const { pidFile } = daemonFiles(config, name);
  const running = readLivingProcess(pidFile);
  if (running) await crashProcess(running);
  removePidFile(pidFile);
}

async function waitUntilReady(
  daemon: Daemon,
  record: ProcessRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + daemon.readyDeadlineMs;
  for (;;) {
    const problem = await probeOnce(daemon);
    if (!isAlive(record)) throw failure(daemon, record, 'ended before it was ready');
    if (problem === undefined) return;
    if (performance.now() > deadline) {
      const seconds = daemon.readyDeadlineMs / 1000;
      throw failure(daemon, record, `was not ready after ${seconds} s (${problem.reason})`);
    }
    signal?.throwIfAborted();
    await delay(50);
  }
}

export interface ProbeProblem {
  readonly state: 'not ready' | 'not answering';
  readonly reason: string;
}

/** @returns why it is not ready; undefined when it is */
export async function probeOnce(daemon: Daemon): Promise<ProbeProblem | undefined> {
  const timer = new AbortController();
  const noAnswer = { state: 'not answering', reason: 'no answer' } as const;
  const silence = delay(probeTimeoutMs, noAnswer, { signal: timer.signal });
  try {
    return await Promise.race([daemon.probe().then(() => undefined), silence]);
  } catch (error) {
    const state = error instanceof NotReady ? 'not ready' : 'not answering';
    return { state, reason: Error.isError(error) ? error.message : String(error) };
  } finally {
    timer.abort();
    silence.catch(() => undefined); // Aborted, which is what was wanted.
  }
}

function failure(daemon: Daemon, record: ProcessRecord, what: string): StackError {
  const tail = logTail(record.logFile);
  const log = tail === '' ? 'its log is empty' : `the end of its log:\n${tail}`;
  return new StackError(`${daemon.name} ${what}; see ${record.logFile}; ${log}`);
}
