import { setTimeout as delay } from 'node:timers/promises';
import { descendantsOf } from './process-tree';

const stoppedMs = 270;
const runningMs = 30;
const lookMs = 15;

/**
 * Gives the ffmpeg of these processes a tenth of the time, as cpulimit(1) does: stopped and
 * continued in turn. To the product it looks like a machine that others have taken.
 *
 * @param converters their pids, now
 * @returns ends it
 */
export function slowFfmpeg(converters: () => readonly number[]): () => Promise<void> {
  return hold(converters, async (found) => {
    signalAll(found, 'SIGCONT');
    await delay(runningMs);
  });
}

/** Lets the ffmpeg of these processes do nothing at all. @returns ends it */
export function stopFfmpeg(converters: () => readonly number[]): () => Promise<void> {
  return hold(converters, () => Promise.resolve());
}

function hold(
  converters: () => readonly number[],
  release: (found: readonly number[]) => Promise<void>,
): () => Promise<void> {
  const ended = new AbortController();
  const find = (): number[] => descendantsOf(converters(), 'ffmpeg');
  const running = (async () => {
    while (!ended.signal.aborted) {
      const until = performance.now() + stoppedMs;
      // A short encode would be over before the next turn: those that begin are found at once.
      while (performance.now() < until) {
        signalAll(find(), 'SIGSTOP');
        await delay(lookMs);
      }
      await release(find());
    }
  })();
  return async () => {
    ended.abort();
    await running;
    signalAll(find(), 'SIGCONT');
  };
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // It has ended.
    }
  }
}
