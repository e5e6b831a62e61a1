import { setTimeout as delay } from 'node:timers/promises';
import { groupIsAlive, isAlive, type ProcessIdentity } from './process-identity';

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
  const ended = await becomesTrue(() => !isAlive(identity), deadlineMs);
  await killGroup(identity);
  return ended ? 'stopped' : 'killed';
}

/** SIGKILL at once, as a crash would; for tests of what survives it. */
export async function crashProcess(identity: ProcessIdentity): Promise<void> {
  await killGroup(identity);
}

/**
 * A group's id is its first member's pid, and cannot be handed out again while it has members: so
 * this hits only our own. Waits for the last member, which may hold the port that we need next.
 */
async function killGroup({ pid }: ProcessIdentity): Promise<void> {
  signal(-pid, 'SIGKILL');
  if (!(await becomesTrue(() => !groupIsAlive(pid), 10_000))) {
    throw new Error(`process group ${pid} does not end, even after SIGKILL`);
  }
}

async function becomesTrue(condition: () => boolean, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
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
