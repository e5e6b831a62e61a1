import type { DeadReason } from '../../contracts/headers';
import type { StepName } from '../../contracts/job';
import type { DeferReason } from '../../observability/metric-labels';

/** What a delivery came to. Decided before anything is told to anybody. */
export type Outcome =
  /** The effect is there. Ack. */
  | { readonly kind: 'completed' }
  /** The listener's file cannot be converted, and the listener is told so. Ack. */
  | { readonly kind: 'failed' }
  /** Transient, attempts left: a copy goes to the delay queue of the next tier. */
  | { readonly kind: 'retry'; readonly attempt: number }
  /** Not the job's fault: a copy goes to the shortest delay queue, the attempt is refunded. */
  | {
      readonly kind: 'defer';
      readonly reason: DeferReason;
      /** The same for a person, in full. */
      readonly why: string;
      /** Token of a claim whose attempt could not be refunded: the copy carries it. */
      readonly unreleasedClaim?: string;
    }
  | { readonly kind: 'dead-letter'; readonly letter: DeadLetter };

export interface DeadLetter {
  readonly reason: DeadReason;
  readonly step: StepName | 'send-mail' | null;
  readonly attempts: number;
  /**
   * How often its job, or mail, had been put back when it died. Left out where there is neither: the
   * message's own word then stands.
   */
  readonly replay?: number;
  readonly errorClass: string;
  readonly error: string;
}

/** The outcome of bytes that are no message of their queue. */
export function invalidMessage(problem: string): Outcome {
  return {
    kind: 'dead-letter',
    letter: {
      reason: 'invalid-message',
      step: null,
      attempts: 0,
      errorClass: 'InvalidMessage',
      error: problem,
    },
  };
}
