import type { WorkQueue } from '../../contracts/topology';
import type { RetryTier } from '../../observability/metric-labels';
import type { Metrics } from '../../observability/metrics';
import type { Outcome } from './outcome';

/** Counts what a delivery came to, once the broker was told. */
export function countOutcome(queue: WorkQueue, outcome: Outcome, metrics: Metrics): void {
  metrics.count('deliveries_total', { queue, outcome: outcome.kind });
  switch (outcome.kind) {
    case 'completed':
    case 'failed':
      return;
    case 'retry':
      metrics.count('retries_total', { queue, tier: tierAfter(outcome.attempt) });
      return;
    case 'defer':
      metrics.count('defers_total', { queue, reason: outcome.reason });
      return;
    case 'dead-letter':
      metrics.count('dead_lettered_total', { queue, reason: outcome.letter.reason });
      return;
    default:
      outcome satisfies never;
  }
}

const firstTiers: readonly RetryTier[] = ['1', '2', '3'];

function tierAfter(attempt: number): RetryTier {
  return firstTiers[attempt - 1] ?? 'later';
}
