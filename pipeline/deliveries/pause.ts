import { setTimeout as delay } from 'node:timers/promises';

/** Waits `forMs` milliseconds, or until `cutShort` is aborted. */
export async function pause(forMs: number, cutShort: AbortSignal): Promise<void> {
  await delay(forMs, undefined, { signal: cutShort }).catch(() => undefined);
}
