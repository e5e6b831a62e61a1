import type { DeadReason } from '../../contracts/headers';
import type { DeadLetter, Outcome } from './outcome';
import type { Failure } from './failure';

export interface AttemptPolicy {
  /** Attempts begun, this one included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly step: DeadLetter['step'];
  /** How often the job, or the mail, had been put back. */
  readonly replay: number;
}

/** What a failure comes to. Pure: every cell stands in the test's table. */
export function decideOutcome(failure: Failure, policy: AttemptPolicy): Outcome {
  const dead = (reason: DeadReason): Outcome => ({
    kind: 'dead-letter',
    letter: {
      reason,
      step: policy.step,
      attempts: policy.attempt,
      replay: policy.replay,
      errorClass: failure.error.name,
      error: failure.error.message,
    },
  });
  switch (failure.kind) {
    case 'refused':
      return { kind: 'failed' };
    case 'not-now':
      return { kind: 'defer', reason: failure.reason, why: failure.error.message };
    case 'transient':
      return policy.attempt < policy.maxAttempts
        ? { kind: 'retry', attempt: policy.attempt }
        : dead('attempts-exhausted');
    case 'mail-refused':
      return dead('mail-refused');
    case 'unknown':
      return dead('unknown-error');
    default:
      return failure satisfies never;
  }
}
