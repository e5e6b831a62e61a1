import { setTimeout as delay } from 'node:timers/promises';

/** Rare enough that asking costs what is measured next to nothing. */
const everyMs = 250;
const patienceMs = 300_000;

/** Waits until something holds. @throws Error when it does not come to that */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`no ${what} within ${patienceMs} ms`);
    await delay(everyMs);
  }
}
