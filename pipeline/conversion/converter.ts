import { headerNames } from '../../contracts/headers';
import type { AttemptFailure, JobRecord } from '../../contracts/job';
import { decodeMessage, videoMessageSchema } from '../../contracts/message';
import type { Logger } from '../../observability/logger';
import { decideOutcome } from '../deliveries/decide-outcome';
import type { Delivery } from '../deliveries/delivery';
import { classifyError } from '../deliveries/failure';
import { invalidMessage, type Outcome } from '../deliveries/outcome';
import { announceRefusal } from './announce-refusal';
import type { ConverterDeps } from './converter-deps';
import { runAttempt } from './run-attempt';

/** From a delivery on `video` to its outcome: decode, claim, then an attempt or what is left. */
export class Converter {
  constructor(private readonly deps: ConverterDeps) {}

  async convert(delivery: Delivery, signal: AbortSignal, log: Logger): Promise<Outcome> {
    const decoded = decodeMessage(delivery.body, videoMessageSchema);
    if (decoded.kind === 'invalid') return invalidMessage(decoded.problem);
    const { claims, maxAttempts } = this.deps;
    try {
      const id = await claims.ensure(decoded.message);
      const unreleased = delivery.headers[headerNames.unreleasedClaim];
      const result = await claims.claim(id, maxAttempts, unreleased?.toString());
      switch (result.kind) {
        case 'claimed':
          return await runAttempt(result.job, this.deps, signal, log.child({ jobId: id }));
        case 'claimed-elsewhere':
          return { kind: 'defer', why: 'another worker holds the claim' };
        case 'exhausted':
          return await this.#giveUp(id, result.job.attempts);
        case 'final':
          return await this.#meetFinished(result.job);
        default:
          return result satisfies never;
      }
    } catch (error) {
      // Not the attempt: the record could not be read or written, or the news not be published.
      return decideOutcome(classifyError(error), { attempt: 1, maxAttempts, step: null });
    }
  }

  /** Every attempt was begun; unless the last one still runs, its worker died in it. */
  async #giveUp(id: string, attempts: number): Promise<Outcome> {
    const failure: AttemptFailure = {
      attempt: attempts,
      at: new Date(),
      worker: this.deps.worker,
      step: null,
      errorClass: 'WorkerCrashed',
      error: 'the worker of the last attempt never came back',
    };
    const gaveUp = await this.deps.claims.giveUpExhausted(id, failure);
    return gaveUp ? deadAgain(failure) : { kind: 'defer', why: 'the last attempt still runs' };
  }

  /** A second copy, or a delivery whose worker died before it could settle. */
  async #meetFinished(job: JobRecord): Promise<Outcome> {
    switch (job.state) {
      case 'failed':
        if (job.announcedAt === null) await announceRefusal(job, this.deps);
        return { kind: 'failed' };
      case 'dead': {
        // Whether the dead letter is on file is not known here: file it again, same message id.
        const last = job.failures.at(-1);
        return last === undefined ? { kind: 'completed' } : deadAgain(last);
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

function deadAgain({ attempt, step, errorClass, error }: AttemptFailure): Outcome {
  return {
    kind: 'dead-letter',
    letter: { reason: 'attempts-exhausted', step, attempts: attempt, errorClass, error },
  };
}
