import type { DifferentQueue } from '../contracts/broker/declare-topology';
import type { Logger } from './logger';

/** Says once, not on every reconnect, which queues are not as we would have made them. */
export function reportDifferent(log: Logger): (different: readonly DifferentQueue[]) => void {
  const said = new Set<string>();
  return (different) => {
    for (const { queue, difference } of different) {
      if (said.has(queue)) continue;
      said.add(queue);
      log.warn({ queue, difference }, 'queue exists with other arguments; it is used as it is');
    }
  };
}
