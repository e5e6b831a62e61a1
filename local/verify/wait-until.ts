import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../stack-error';

export interface Waiting {
  readonly deadlineMs: number;
  /** Aborted when nobody wants to wait any more. */
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/**
 * Asks until the answer is there.
 *
 * @param describe says what there is instead, for the error
 * @throws StackError after the deadline, naming what was waited for; the signal's reason when it
 * is aborted
 */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  { deadlineMs, signal, everyMs = 200 }: Waiting,
  describe: () => string = () => '',
): Promise<Answer> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      const instead = describe();
      throw new StackError(
        `${what}: not within ${Math.round(deadlineMs / 1_000)} s${instead === '' ? '' : `; ${instead}`}`,
      );
    }
    await delay(everyMs, undefined, { signal });
  }
}
