import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from '../stack-error';
import type { Command, Daemon } from './daemon';
import { writePidFile, type ProcessRecord } from './pid-file';
import { identify } from './process-identity';

const logRotationBytes = 5 * 1024 * 1024;

export interface DaemonFiles {
  readonly pidFile: string;
  readonly logFile: string;
}

/** Tells whether a running process is what would be started now. */
export function fingerprint({ build }: Pick<Daemon, 'build'>, command: Command): string {
  return createHash('sha256')
    .update(JSON.stringify([build, command]))
    .digest('hex');
}

/**
 * Starts a daemon in a session and process group of its own (Ctrl-C in our terminal does not reach
 * it), with its output appended to a log file, and records it in its pid file.
 */
export async function launch(
  daemon: Daemon,
  command: Command,
  files: DaemonFiles,
): Promise<ProcessRecord> {
  mkdirSync(dirname(files.logFile), { recursive: true });
  keepLogShort(files.logFile);
  const log = openSync(files.logFile, 'a', 0o600);
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.directory,
      env: command.environment,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(new StackError(`cannot start ${daemon.name}: ${error.message}`));
      });
    });
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity === undefined) throw new StackError(`${daemon.name} ended as soon as it started`);
    const record: ProcessRecord = {
      ...identity,
      startedAtMs: Date.now(),
      ports: [...daemon.ports],
      logFile: files.logFile,
      fingerprint: fingerprint(daemon, command),
    };
    writePidFile(files.pidFile, record);
    return record;
  } finally {
    closeSync(log);
  }
}

/** One older log is kept; a daemon that runs for weeks is not our case. */
function keepLogShort(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logRotationBytes) renameSync(logFile, `${logFile}.1`);
}
