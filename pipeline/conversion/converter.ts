import { headerNames, type DeadReason } from '../../contracts/headers';
import type { AttemptFailure, JobRecord } from '../../contracts/job';
import { decodeMessage, videoMessageSchema } from '../../contracts/message';
import type { Logger } from '../../observability/logger';
import { noteOnSpan } from '../../observability/spans';
import type { Delivery } from '../deliveries/delivery';
import { logOfJob } from '../deliveries/log-of-job';
import { notTheJobsFault } from '../deliveries/not-the-jobs-fault';
import { invalidMessage, type Outcome } from '../deliveries/outcome';
import { announceRefusal } from './announce-refusal';
import type { ConverterDeps } from './converter-deps';
import { ClaimUnanswered } from './job-claims';
import { runAttempt } from './run-attempt';

/** From a delivery on `video` to its outcome: decode, claim, then an attempt or what is left. */
export class Converter {
  constructor(private readonly deps: ConverterDeps) {}

  async convert(delivery: Delivery, signal: AbortSignal, log: Logger): Promise<Outcome> {
    const decoded = decodeMessage(delivery.body, videoMessageSchema);
    if (decoded.kind === 'invalid') return invalidMessage(decoded.problem);
    const { claims, maxAttempts, metrics } = this.deps;
    const unreleased = delivery.headers[headerNames.unreleasedClaim]?.toString();
    try {
      const id = await claims.ensure(decoded.message, delivery);
      noteOnSpan({ 'job.id': id });
      const result = await claims.claim(id, maxAttempts, unreleased);
      switch (result.kind) {
        case 'claimed':
          if (result.counted) metrics.count('attempts_total', { queue: 'video' });
          if (result.first) metrics.observe('queue_wait_seconds', {}, waitedS(result.job));
          noteOnSpan({ 'job.attempt': result.job.attempts });
          return await runAttempt(
            result.job,
            this.deps,
            signal,
            logOfJob(result.job, delivery, log),
          );
        case 'claimed-elsewhere':
          return { kind: 'defer', reason: 'claim', why: 'another worker holds the claim' };
        case 'exhausted':
          return await this.#giveUp(result.job);
        case 'final':
          return await this.#meetFinished(result.job);
        default:
          return result satisfies never;
      }
    } catch (error) {
      const outcome = notTheJobsFault(error, log);
      // The attempt may be counted. A token that the delivery carries already stays on its copy.
      if (!(error instanceof ClaimUnanswered) || unreleased !== undefined) return outcome;
      return { ...outcome, unreleasedClaim: error.token };
    }
  }

  /** Every attempt was begun; unless the last one still runs, its worker died in it. */
  async #giveUp({ _id: id, attempts, replays: replay = 0 }: JobRecord): Promise<Outcome> {
    const failure: AttemptFailure = {
      attempt: attempts,
      at: new Date(),
      worker: this.deps.worker,
      step: null,
      errorClass: 'WorkerCrashed',
      error: 'the worker of the last attempt never came back',
      replay,
      log: [],
    };
    const gaveUp = await this.deps.claims.giveUpExhausted(id, failure);
    return gaveUp
      ? deadLetter('attempts-exhausted', failure)
      : { kind: 'defer', reason: 'claim', why: 'the last attempt still runs' };
  }

  /** A second copy, or a delivery whose worker died before it could settle. */
  async #meetFinished(job: JobRecord): Promise<Outcome> {
    switch (job.state) {
      case 'failed':
        if (job.announcedAt === null) {
          await announceRefusal(
            { replays: 0, traceId: null, traceparent: null, ...job },
            this.deps,
          );
        }
        return { kind: 'failed' };
      case 'dead': {
        // Whether the dead letter is on file is not known here: file it again, same message id.
        const last = job.failures.at(-1);
        if (last === undefined) return { kind: 'completed' };
        // Records of version 0.1 do not say why.
        return deadLetter(job.deadReason ?? 'attempts-exhausted', last);
      }
      case 'ready':
      case 'queued':
      case 'converting':
      case 'waiting':
        return { kind: 'completed' };
      default:
        return job.state satisfies never;
    }
  }
}

function waitedS({ startedAt, createdAt }: JobRecord): number {
  // Two clocks, of the server and of whoever created the job: never less than nothing.
  return Math.max(0, (startedAt?.getTime() ?? 0) - createdAt.getTime()) / 1_000;
}

function deadLetter(
  reason: DeadReason,
  { attempt, step, errorClass, error, replay = 0 }: AttemptFailure,
): Outcome {
  const letter = { reason, step, attempts: attempt, replay, errorClass, error };
  return { kind: 'dead-letter', letter };
}
