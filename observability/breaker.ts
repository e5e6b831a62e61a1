import CircuitBreaker from 'opossum';

/** What a breaker may guard. Never ffmpeg (its failures are the file's) and never the broker. */
export const dependencies = ['gridfs-read', 'gridfs-write', 'jobs', 'smtp', 'auth'] as const;
export type Dependency = (typeof dependencies)[number];

/** The dependency is down, or was a moment ago and is not asked. Not the job's fault: defer. */
export class DependencyUnavailable extends Error {
  override readonly name = 'DependencyUnavailable';
  constructor(
    readonly dependency: Dependency,
    cause: unknown,
  ) {
    const detail = Error.isError(cause) ? cause.message : String(cause);
    super(`${dependency} is not available: ${detail}`, { cause });
  }
}

export interface BreakerPolicy {
  /** More than this share of failed calls, in percent, opens the breaker. */
  readonly errorThresholdPercentage: number;
  /** Calls within the last 10 s before the share means anything. */
  readonly volumeThreshold: number;
  /** How long an open breaker waits before it lets one call probe. */
  readonly resetTimeoutMs: number;
}

export const defaultBreakerPolicy: BreakerPolicy = {
  errorThresholdPercentage: 50,
  // One conversion at a time meets an absent MongoDB only every 3 s.
  volumeThreshold: 3,
  resetTimeoutMs: 5_000,
};

export interface BreakerOptions extends Partial<BreakerPolicy> {
  /**
   * Asks the dependency whether it is back. With it, the breaker itself makes the one call that is
   * let through after `resetTimeoutMs`, so that it closes while nobody calls, and no work is the
   * guinea pig. Any rejection means "still away". Left out, the next call is the probe.
   */
  readonly probe?: () => Promise<unknown>;
  /** Longest time a probe may take before the dependency counts as still away; 5 s. */
  readonly probeTimeoutMs?: number;
}

export const breakerStates = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/** The breaker's own probe found the dependency still away. */
class ProbeFailed extends Error {
  override readonly name = 'ProbeFailed';
}

/** A circuit breaker around every call to one dependency. */
export class Breaker {
  readonly #breaker: CircuitBreaker<[() => Promise<unknown>]>;

  /**
   * @param isOutage Whether an error means that the dependency is down; any other error passes
   * through unchanged and does not count.
   */
  constructor(
    readonly dependency: Dependency,
    private readonly isOutage: (error: unknown) => boolean,
    options: BreakerOptions = {},
  ) {
    const { probe, probeTimeoutMs = 5_000, ...policy } = { ...defaultBreakerPolicy, ...options };
    this.#breaker = new CircuitBreaker((call: () => Promise<unknown>) => call(), {
      name: dependency,
      // The call has its own deadline; opossum's default of 10 s would cut a long stream.
      timeout: false,
      errorThresholdPercentage: policy.errorThresholdPercentage,
      volumeThreshold: policy.volumeThreshold,
      resetTimeout: policy.resetTimeoutMs,
      errorFilter: (error: unknown) => !(error instanceof ProbeFailed) && !isOutage(error),
    });
    if (probe === undefined) return;
    this.#breaker.on('halfOpen', () => {
      const probing = () => within(probeTimeoutMs, probe);
      // The first call is let through; what it came to shows in the state.
      this.#breaker.fire(probing).catch(() => undefined);
    });
  }

  get state(): BreakerState {
    if (this.#breaker.opened) return 'open';
    return this.#breaker.halfOpen ? 'half-open' : 'closed';
  }

  onStateChange(listener: (state: BreakerState) => void): void {
    this.#breaker.on('open', () => {
      listener('open');
    });
    this.#breaker.on('halfOpen', () => {
      listener('half-open');
    });
    this.#breaker.on('close', () => {
      listener('closed');
    });
  }

  /** @throws DependencyUnavailable when the call failed for an outage or was not made at all. */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return (await this.#breaker.fire(call)) as Result;
    } catch (error) {
      if (isRefusal(error) || this.isOutage(error)) {
        throw new DependencyUnavailable(this.dependency, error);
      }
      throw error;
    }
  }

  stop(): void {
    this.#breaker.shutdown();
  }
}

/** Whether the breaker itself refused the call. opossum looks into the error without a guard. */
function isRefusal(error: unknown): boolean {
  return Error.isError(error) && CircuitBreaker.isOurError(error);
}

/** @throws ProbeFailed, whatever the probe throws, or when it takes too long. */
async function within(timeoutMs: number, probe: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([probe(), tooLate]);
  } catch (error) {
    throw new ProbeFailed('the dependency is still away', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
