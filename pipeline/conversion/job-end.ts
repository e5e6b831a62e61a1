import type { FinalJobState, JobRecord } from '../../contracts/job';
import type { RefusalReason } from '../../contracts/refusal-reason';
import type { Metrics } from '../../observability/metrics';

/** A job that one update has just brought to its final state. */
export type JobEnd = (
  | { readonly state: Exclude<FinalJobState, 'failed'> }
  | { readonly state: 'failed'; readonly reason: RefusalReason }
) & {
  /** From its upload, or from when it was put back last, to its end. */
  readonly seconds: number;
};

/** How long a job took that ends now. */
export function secondsTaken({
  createdAt,
  replayedAt,
}: Pick<JobRecord, 'createdAt' | 'replayedAt'>): number {
  // Two clocks, ours and of whoever created the job or put it back: never less than nothing.
  return Math.max(0, Date.now() - (replayedAt ?? createdAt).getTime()) / 1_000;
}

export function countJobEnd(end: JobEnd, metrics: Metrics): void {
  const { state, seconds } = end;
  metrics.count('jobs_finished_total', { state });
  metrics.observe('job_duration_seconds', { state }, seconds);
  if (end.state === 'failed') metrics.count('refusals_total', { reason: end.reason });
}
