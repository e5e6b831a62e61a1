import type { AttemptFailure } from '../../contracts/job';
import type { SourceFacts } from '../../contracts/source-facts';
import type { RecordedLog } from '../../observability/record-log';
import type { Logger } from '../../observability/logger';
import { decideOutcome } from '../deliveries/decide-outcome';
import { ClaimLost, classifyError, deferReasonOf, type Failure } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { announceRefusal } from './announce-refusal';
import type { ConverterDeps } from './converter-deps';
import type { ClaimedJob } from './job-claims';
import { StepFailure } from './run-step';

/** What ended an attempt, and what that comes to. */
export interface AttemptEnd {
  readonly step: StepFailure['step'] | null;
  readonly failure: Failure;
  readonly outcome: Outcome;
}

/** What an attempt leaves behind for whoever asks why it failed. */
interface Evidence {
  readonly recorded: RecordedLog;
  readonly sourceFacts: SourceFacts | null;
}

/** Turns what ended an attempt into an outcome; nothing is told to anybody yet. */
export function endOfAttempt(
  { attempts: attempt, replays: replay = 0 }: ClaimedJob,
  thrown: unknown,
  maxAttempts: number,
): AttemptEnd {
  const step = thrown instanceof StepFailure ? thrown.step : null;
  const failure = classifyError(thrown instanceof StepFailure ? thrown.cause : thrown);
  // Bringing the news of a stored MP3 is no attempt (see `JobClaims.claim`): it has no limit.
  const limit = step === 'emit-done' ? Infinity : maxAttempts;
  const outcome = decideOutcome(failure, { attempt, maxAttempts: limit, step, replay });
  return { step, failure, outcome };
}

/**
 * Writes what an attempt came to on the job record. The broker is told afterwards: dying in between
 * means the same delivery again, which meets the record.
 */
export async function concludeAttempt(
  job: ClaimedJob,
  { step, failure, outcome }: AttemptEnd,
  { recorded, sourceFacts }: Evidence,
  deps: ConverterDeps,
): Promise<Outcome> {
  const { log } = recorded;
  const { attempts: attempt, replays: replay = 0 } = job;
  const { error } = failure;
  log.warn({ err: error, step, attempt }, `attempt came to ${outcome.kind}`);
  const record: AttemptFailure = {
    attempt,
    at: new Date(),
    worker: deps.worker,
    step,
    errorClass: error.name,
    error: error.message,
    replay,
    log: recorded.lines(),
  };
  try {
    await note(outcome, job, failure, record, sourceFacts, deps);
    return outcome;
  } catch (unwritten) {
    return unnoted(outcome, unwritten, job.claim.token, log);
  }
}

/** Writes on the record what the attempt came to. @throws ClaimLost, DependencyUnavailable */
async function note(
  outcome: Outcome,
  job: ClaimedJob,
  failure: Failure,
  record: AttemptFailure,
  sourceFacts: SourceFacts | null,
  deps: ConverterDeps,
): Promise<void> {
  const { claims } = deps;
  const holder = { id: job._id, claimToken: job.claim.token };
  switch (outcome.kind) {
    case 'completed':
      return;
    case 'failed':
      if (failure.kind === 'refused') {
        const { reason, message: detail } = failure.error;
        await claims.refuse(holder, reason, detail);
        const refused = {
          replays: 0,
          traceId: null,
          traceparent: null,
          ...job,
          refusal: { reason, detail },
        };
        await announceRefusal(refused, deps);
      }
      return;
    case 'retry':
      return claims.wait(holder, record);
    case 'defer':
      return claims.release(holder);
    case 'dead-letter':
      return claims.giveUp(holder, outcome.letter.reason, record, sourceFacts);
    default:
      return outcome satisfies never;
  }
}

/**
 * What the attempt came to is not on the record. Somebody else works on the job, or MongoDB or the
 * broker is away: the copy then carries the claim, so that the same attempt goes on.
 */
function unnoted(outcome: Outcome, thrown: unknown, claimToken: string, log: Logger): Outcome {
  const failure = classifyError(thrown);
  const { kind, error } = failure;
  const { reason, why } =
    outcome.kind === 'defer' ? outcome : { reason: deferReasonOf(failure), why: error.message };
  if (error instanceof ClaimLost) return { kind: 'defer', reason, why };
  if (kind !== 'not-now') {
    // Counted, so that a defect in here cannot repeat an attempt without end.
    log.error({ err: error }, 'the end of the attempt cannot be noted; another will follow');
    return { kind: 'defer', reason, why };
  }
  log.warn(
    { err: error },
    'the end of the attempt is not noted; it goes on with the next delivery',
  );
  return { kind: 'defer', reason, why, unreleasedClaim: claimToken };
}
