import type { Metrics } from '../../observability/metrics';
import type { Withheld } from './brake';
import { sweptBuckets, type SweptBucket } from './swept-bucket';

export interface SweptFromBucket {
  /** Files with our mark that no job needs. */
  readonly filesRemoved: number;
  /** Files that were begun and never finished. */
  readonly orphansRemoved: number;
  /** Chunks of these. */
  readonly orphanChunksRemoved: number;
  /** The bucket was left alone. Missing: it was not. */
  readonly withheld?: Withheld;
}

/** What one sweep removed, or did not dare to. */
export type SweepReport = Readonly<Record<SweptBucket, SweptFromBucket>>;

export function countSwept(report: SweepReport, metrics: Metrics): void {
  for (const bucket of sweptBuckets) {
    const { filesRemoved, orphanChunksRemoved, withheld } = report[bucket];
    metrics.count('swept_total', { bucket, swept: 'file' }, filesRemoved);
    metrics.count('swept_total', { bucket, swept: 'chunk' }, orphanChunksRemoved);
    metrics.count('swept_total', { bucket, swept: 'withheld' }, withheld?.unusedFiles ?? 0);
  }
}
