import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identify } from '../daemon/process-identity';
import { writePidFile } from '../daemon/pid-file';
import { daemonFiles } from '../daemon/supervisor';
import { logTail } from '../daemon/log-tail';
import { nodeProgram } from '../servers/node-program';
import type { StackConfig } from '../stack-config';
import { eventually } from '../test-broker';

export const productProcesses = ['auth', 'gateway', 'converter', 'notification', 'relay'] as const;
export type ProductProcess = (typeof productProcesses)[number];

const entries: Readonly<Record<ProductProcess, string>> = {
  auth: 'dist/auth/main.js',
  gateway: 'dist/gateway/main.js',
  converter: 'dist/pipeline/converter-main.js',
  notification: 'dist/pipeline/notification-main.js',
  relay: 'dist/pipeline/relay-main.js',
};

/** One of the product's processes as a child of the test, which sees how it ends. */
export interface ProductChild {
  readonly pid: number;
  /** SIGTERM. @returns its exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
  /** SIGKILL to it and what it started. */
  kill(): Promise<void>;
}

/**
 * Starts a process and waits until it says that it is ready.
 *
 * @throws Error with the end of its log when it ends before.
 */
export async function startChild(
  config: StackConfig,
  name: ProductProcess,
  environment: Readonly<Record<string, string>>,
): Promise<ProductChild> {
  // The pid file lets the next test run find it, should this one be killed.
  const { pidFile, logFile } = daemonFiles(config, name);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const entry = join(config.repositoryDirectory, entries[name]);
  const child = spawn(nodeProgram(config), [entry], {
    cwd: config.repositoryDirectory,
    env: environment,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(child, 'spawn');
  const { pid } = child;
  const identity = pid === undefined ? undefined : identify(pid);
  if (pid === undefined || identity === undefined) throw new Error(`${name} ended at once`);
  writePidFile(pidFile, {
    ...identity,
    startedAtMs: Date.now(),
    ports: [],
    logFile,
    fingerprint: '',
  });
  const ending = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    return code ?? signal ?? 'SIGKILL';
  });
  let ended: number | string | undefined;
  void ending.then((end) => (ended = end));
  const readyUrl = `http://127.0.0.1:${environment['ADMIN_PORT']}/readyz`;
  await eventually(
    `readiness of ${name}`,
    async () => {
      if (ended !== undefined) throw new Error(`${name} ended with ${ended}:\n${logTail(logFile)}`);
      const answer = await fetch(readyUrl).catch(() => undefined);
      return answer?.ok || undefined;
    },
    60_000,
  );
  return {
    pid,
    stop() {
      process.kill(pid, 'SIGTERM');
      return ending;
    },
    async kill() {
      process.kill(-pid, 'SIGKILL');
      await ending;
    },
  };
}
