import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { logTail } from '../daemon/log-tail';
import { writePidFile } from '../daemon/pid-file';
import { identify } from '../daemon/process-identity';
import { daemonFiles } from '../daemon/supervisor';
import type { ProcessName } from '../processes/process-environment';
import { createProductProcess } from '../processes/product-process';
import type { StackConfig } from '../stack-config';
import { eventually } from '../test-broker';

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
 * @param settings Over those that it has in this stack.
 * @throws Error with the end of its log when it ends before.
 */
export async function startChild(
  config: StackConfig,
  name: ProcessName,
  settings: Readonly<Record<string, string>>,
): Promise<ProductChild> {
  const daemon = createProductProcess(config, name);
  const { file, args, environment, directory } = await daemon.command();
  // The pid file lets the next test run find it, should this one be killed.
  const { pidFile, logFile } = daemonFiles(config, name);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(file, args, {
    cwd: directory,
    env: { ...environment, ...settings },
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
    ports: [...daemon.ports],
    logFile,
    fingerprint: '',
  });
  const ending = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    return code ?? signal ?? 'SIGKILL';
  });
  let ended: number | string | undefined;
  void ending.then((end) => (ended = end));
  await eventually(
    `readiness of ${name}`,
    async () => {
      if (ended !== undefined) throw new Error(`${name} ended with ${ended}:\n${logTail(logFile)}`);
      return daemon.probe().then(
        () => true,
        () => undefined,
      );
    },
    daemon.readyDeadlineMs,
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
