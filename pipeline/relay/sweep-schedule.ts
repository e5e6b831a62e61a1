/** A scrape or two, so that Prometheus sees the counters at zero before they first grow. */
const firstMs = 60_000;

/**
 * When to sweep: the first time a minute after the start, sooner only where every pause is shorter;
 * then `everyMs` after the end of the sweep before.
 */
export class SweepSchedule {
  #nextMs: number;

  /** @param now In milliseconds, by a clock that nobody sets. */
  constructor(
    private readonly everyMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#nextMs = now() + Math.min(firstMs, everyMs);
  }

  isDue(): boolean {
    return this.now() >= this.#nextMs;
  }

  /** A sweep has ended. */
  swept(): void {
    this.#nextMs = this.now() + this.everyMs;
  }
}
