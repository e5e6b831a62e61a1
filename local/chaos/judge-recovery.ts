import type { Evidence, Interval, ServerReturn } from './evidence';

export interface Recovery {
  readonly server: string;
  readonly returnedMs: number;
  /** Until the first waiting job started. */
  readonly tookMs: number;
}

/**
 * How long after each return of a server the first job that had waited for it started: the longest
 * stretch in which nothing else stood in the way. A return that no job waited for tells nothing.
 */
export function judgeRecovery(evidence: Evidence): Recovery[] {
  return evidence.returns.flatMap((back) => {
    const firstMs = firstStart(back, evidence);
    if (firstMs === undefined) return [];
    const tookMs = longestFree({ fromMs: back.atMs, toMs: firstMs }, evidence.hindrances);
    return [{ server: back.server, returnedMs: back.atMs, tookMs }];
  });
}

/** The longest stretch of `whole` that none of the `taken` intervals touches. */
function longestFree(whole: Interval, taken: readonly Interval[]): number {
  let longest = 0;
  let freeFrom = whole.fromMs;
  for (const { fromMs, toMs } of taken.toSorted((one, other) => one.fromMs - other.fromMs)) {
    if (fromMs >= whole.toMs) break;
    longest = Math.max(longest, fromMs - freeFrom);
    freeFrom = Math.max(freeFrom, toMs);
  }
  return Math.max(longest, whole.toMs - freeFrom);
}

function firstStart({ atMs }: ServerReturn, { jobs, starts }: Evidence): number | undefined {
  const waiting = new Set(
    jobs
      .filter(({ createdMs, finishedMs }) => createdMs < atMs && (finishedMs ?? atMs + 1) > atMs)
      .map(({ id }) => id),
  );
  const after = starts.filter((start) => start.atMs > atMs && waiting.has(start.jobId));
  return after.length === 0 ? undefined : Math.min(...after.map((start) => start.atMs));
}
