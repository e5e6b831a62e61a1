import type { Breaker } from '../../observability/breaker';
import type { DeferReason } from '../../observability/metric-labels';
import type { Condition } from '../../observability/readiness';

/** Something that work cannot be begun without. */
export interface Requirement {
  /** What work is put off for that waited for it too long. */
  readonly deferReason: DeferReason;
  /** Why nothing may begin now, or undefined when it may. */
  problem(): string | undefined;
  /** Calls `listener` whenever the answer may have changed. */
  onChange(listener: () => void): void;
}

/** What became of a delivery at the gate. */
export type Passage = 'open' | 'waited-too-long' | 'let-go';

/**
 * Stands before all work: while a dependency is away nothing new begins, because it could only
 * fail. What arrives meanwhile waits here, at most as many deliveries as the prefetch.
 */
export class Gate {
  readonly #requirements: Requirement[] = [];
  readonly #waiting = new Set<() => void>();

  /**
   * @param longestWaitMs How long a delivery may wait. Far below the broker's acknowledgement
   * timeout (30 min; rabbitmq.com/docs/consumers, "Delivery Acknowledgement Timeout"), after which
   * it would close the channel.
   */
  constructor(private readonly longestWaitMs = 60_000) {}

  require(requirement: Requirement): void {
    this.#requirements.push(requirement);
    requirement.onChange(() => {
      if (this.#problems().length > 0) return;
      for (const pass of this.#waiting) pass();
    });
  }

  /** Resolves once work may begin, the longest wait is over, or `letGo` is aborted. */
  async pass(letGo: AbortSignal): Promise<Passage> {
    if (letGo.aborted) return 'let-go';
    if (this.#problems().length === 0) return 'open';
    let end!: (passage: Passage) => void;
    const passage = new Promise<Passage>((resolve) => {
      end = resolve;
    });
    const pass = () => {
      end('open');
    };
    const go = () => {
      end('let-go');
    };
    const timer = setTimeout(() => {
      end('waited-too-long');
    }, this.longestWaitMs);
    this.#waiting.add(pass);
    letGo.addEventListener('abort', go);
    try {
      return await passage;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(pass);
      letGo.removeEventListener('abort', go);
    }
  }

  /** What a delivery that waited too long was kept from; the first, where it is more than one. */
  get deferReason(): DeferReason {
    const [first] = this.#requirements.filter((one) => one.problem() !== undefined);
    return first?.deferReason ?? 'dependency';
  }

  /** For the person reading `/readyz`: a worker that holds is well, and says what it waits for. */
  condition(): Condition {
    const problems = this.#problems();
    if (problems.length === 0) return { ok: true, detail: 'taking work' };
    const held = `holding ${this.#waiting.size} deliveries`;
    return { ok: false, detail: `${problems.join('; ')}; nothing new begins, ${held}` };
  }

  #problems(): string[] {
    return this.#requirements.map((one) => one.problem()).filter((text) => text !== undefined);
  }
}

/** A breaker that is not closed keeps work from beginning: the breaker alone asks, not the work. */
export function closed(breaker: Breaker): Requirement {
  return {
    deferReason: 'dependency',
    problem: () =>
      breaker.state === 'closed'
        ? undefined
        : `${breaker.dependency} is not available (breaker ${breaker.state})`,
    onChange: (listener) => {
      breaker.onStateChange(listener);
    },
  };
}
