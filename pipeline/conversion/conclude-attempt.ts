import type { AttemptFailure } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import { decideOutcome } from '../deliveries/decide-outcome';
import { ClaimLost, classifyError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { announceRefusal } from './announce-refusal';
import type { ConverterDeps } from './converter-deps';
import type { ClaimedJob } from './job-claims';
import { StepFailure } from './run-step';

/**
 * Turns what ended an attempt into an outcome and writes it on the job record. The broker is told
 * afterwards: dying in between means the same delivery again, which meets the record.
 */
export async function concludeAttempt(
  job: ClaimedJob,
  thrown: unknown,
  deps: ConverterDeps,
  log: Logger,
): Promise<Outcome> {
  const { claims, maxAttempts, worker } = deps;
  const step = thrown instanceof StepFailure ? thrown.step : null;
  const failure = classifyError(thrown instanceof StepFailure ? thrown.cause : thrown);
  const outcome = decideOutcome(failure, { attempt: job.attempts, maxAttempts, step });
  const holder = { id: job._id, claimToken: job.claim.token };
  const record: AttemptFailure = {
    attempt: job.attempts,
    at: new Date(),
    worker,
    step,
    errorClass: failure.error.name,
    error: failure.error.message,
  };
  log.warn({ err: failure.error, step, attempt: job.attempts }, `attempt came to ${outcome.kind}`);
  switch (outcome.kind) {
    case 'completed':
      return outcome;
    case 'failed':
      if (failure.kind === 'refused') {
        const { reason, message: detail } = failure.error;
        await claims.refuse(holder, reason, detail);
        await announceRefusal({ ...job, refusal: { reason, detail } }, deps);
      }
      return outcome;
    case 'retry':
      await claims.wait(holder, record);
      return outcome;
    case 'defer':
      try {
        await claims.release(holder);
        return outcome;
      } catch (error) {
        if (error instanceof ClaimLost) return outcome; // Somebody else works on it.
        log.warn({ err: error }, 'claim not released; its attempt goes on with the next delivery');
        return { ...outcome, unreleasedClaim: holder.claimToken };
      }
    case 'dead-letter':
      await claims.giveUp(holder, record);
      return outcome;
    default:
      return outcome satisfies never;
  }
}
