import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity';

export type StopResult = 'stopped' | 'killed';

/**
 * Ends a process we started: SIGTERM to it alone (it ends its own children in its own order), and
 * when it has gone or the deadline has passed, SIGKILL to what is left of its process group.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  deadlineMs: number,
): Promise<StopResult> {
  signal(identity.pid, 'SIGTERM');
  const ended = await waitForEnd(identity, deadlineMs);
  // A group's id cannot be handed out again while it has members, so this hits only our own.
  signal(-identity.pid, 'SIGKILL');
  if (ended) return 'stopped';
  if (!(await waitForEnd(identity, 5_000))) {
    throw new Error(`process ${identity.pid} does not end, even after SIGKILL`);
  }
  return 'killed';
}

/** SIGKILL at once, as a crash would; for tests of what survives it. */
export async function crashProcess(identity: ProcessIdentity): Promise<void> {
  signal(-identity.pid, 'SIGKILL');
  await waitForEnd(identity, 5_000);
}

async function waitForEnd(identity: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
