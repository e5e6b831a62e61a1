import type { Logger } from './logger';

/**
 * Waits for a part of a process to stop, but not for ever: a server that does not answer must not
 * keep a process from ending that has nothing left to finish. What is still open then goes with the
 * process.
 *
 * @param what For the log, "…ing".
 */
export async function within(
  timeoutMs: number,
  what: string,
  log: Logger,
  stopping: Promise<unknown>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, timeoutMs);
  });
  try {
    if ((await Promise.race([stopping, tooLate])) === 'late') {
      log.warn(`${what} took longer than ${timeoutMs} ms; not waited for`);
      stopping.catch(() => undefined); // Nobody listens any more.
    }
  } finally {
    clearTimeout(timer);
  }
}

/** For saying goodbye to a server. */
export const goodbyeMs = 3_000;
