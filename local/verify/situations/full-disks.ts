import { setTimeout as delay } from 'node:timers/promises';
import type { WorkDisks } from '../../chaos/disk';
import type { Situation } from './situation';

const converters = [1, 2];
const againMs = 1_000;

/** No room for videos at either converter; both begin nothing until there is. */
export const fullDisks: Situation = {
  name: 'work disks full',
  alerts: [{ name: 'WorkDiskFull' }],
  begin: ({ disks }) => Promise.resolve(keepFull(disks)),
};

/** Conversions that end give their room back, and it is taken as well. @returns ends it */
function keepFull(disks: WorkDisks): () => Promise<void> {
  const ended = new AbortController();
  const filling = (async () => {
    while (!ended.signal.aborted) {
      for (const number of converters) await disks.fill(number);
      await delay(againMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    ended.abort();
    await filling;
    for (const number of converters) await disks.free(number);
  };
}
