import type { Breaker, BreakerState } from './breaker';
import type { Logger } from './logger';
import type { Metrics } from './metrics';

const stateValues: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** Shows each breaker's state and changes as metrics, and each change as a log line. */
export function exportBreakers(breakers: readonly Breaker[], metrics: Metrics, log: Logger): void {
  for (const breaker of breakers) {
    const { dependency } = breaker;
    metrics.set('breaker_state', { dependency }, stateValues[breaker.state]);
    breaker.onStateChange((state) => {
      metrics.set('breaker_state', { dependency }, stateValues[state]);
      metrics.count('breaker_transitions_total', { dependency, state });
      const line = `breaker of ${dependency} is ${state}`;
      if (state === 'closed') log.info({ dependency, state }, line);
      else log.warn({ dependency, state }, line);
    });
  }
}
