import { ObjectId, type Collection, type Document, type Filter, type UpdateFilter } from 'mongodb';
import {
  finalJobStates,
  newJob,
  type AttemptFailure,
  type Claim,
  type JobRecord,
  type StepName,
} from '../../contracts/job';
import type { DeadReason } from '../../contracts/headers';
import { keepFailure } from '../../contracts/keep-failure';
import type { VideoMessage } from '../../contracts/message';
import type { RefusalReason } from '../../contracts/refusal-reason';
import type { SourceFacts } from '../../contracts/source-facts';
import { type Breaker, DependencyUnavailable } from '../../observability/breaker';
import { unclaimed } from '../../contracts/claim-filter';
import { ClaimLost } from '../deliveries/failure';
import { secondsTaken, type JobEnd } from './job-end';

/** A claimed job: this worker, and only this worker, may change its record. */
export type ClaimedJob = JobRecord & { readonly claim: Claim };

export type ClaimResult =
  | {
      readonly kind: 'claimed';
      readonly job: ClaimedJob;
      /** Nobody has ever worked on it before. */
      readonly first: boolean;
      /** Whether the claim began an attempt, and did not go on with one or bring its news. */
      readonly counted: boolean;
    }
  /** Nothing to convert any more; the news may still be missing (`announcedAt`). */
  | { readonly kind: 'final'; readonly job: JobRecord }
  | { readonly kind: 'claimed-elsewhere' }
  /** Every attempt was begun; whether the last one still runs, `giveUpExhausted` finds out. */
  | { readonly kind: 'exhausted'; readonly job: JobRecord };

/** MongoDB went away before it said whether the job was claimed with this token. */
export class ClaimUnanswered extends DependencyUnavailable {
  constructor(
    readonly token: string,
    { dependency, cause }: DependencyUnavailable,
  ) {
    super(dependency, cause);
  }
}

/** JobClaims without its inside, for whoever is given one. */
export type Claims = Pick<JobClaims, keyof JobClaims>;

type JobTrace = Required<Pick<JobRecord, 'traceId' | 'traceparent'>>;

const noTrace: JobTrace = { traceId: null, traceparent: null };

interface ClaimHolder {
  readonly id: string;
  readonly claimToken: string;
}

/**
 * The worker's side of the job record. A claim is a fresh token with an expiry; every change after
 * it carries the token, so a worker that lost its claim changes nothing.
 *
 * Every method throws DependencyUnavailable while MongoDB is away.
 *
 * @param ended Told of each job that a method here brings to its final state, once.
 */
export class JobClaims {
  constructor(
    private readonly jobs: Collection<JobRecord>,
    private readonly breaker: Breaker,
    private readonly worker: string,
    private readonly claimMs: number,
    private readonly ended: (end: JobEnd) => void = () => undefined,
  ) {}

  /**
   * Finds the message's job; a bare tutorial message gets one, keyed by its video.
   *
   * @param trace Of the job that the message makes.
   */
  async ensure(message: VideoMessage, trace: JobTrace = noTrace): Promise<string> {
    const id = message.job_id ?? message.video_fid;
    // Addresses are compared in lower case, as logins ignore the case of theirs.
    const owner = { id: null, address: message.username.toLowerCase() };
    const source = { fid: new ObjectId(message.video_fid), name: null, bytes: null };
    const now = new Date();
    const { traceId, traceparent } = trace;
    const { options: usual, _id, ...fields } = newJob(id, owner, source, now);
    const { options = usual } = message;
    await this.breaker.run(() =>
      this.jobs.updateOne(
        { _id },
        { $setOnInsert: { ...fields, options, traceId, traceparent, publishedAt: now } },
        { upsert: true },
      ),
    );
    return id;
  }

  /**
   * Claims a job and counts the attempt, before any work starts. Bringing the news of an MP3 that
   * is stored already is no attempt: it is allowed whatever the count.
   *
   * @param unreleased Token of a deferred attempt that could not be given back, because MongoDB
   * was away: it goes on as the same attempt.
   * @throws ClaimUnanswered
   */
  async claim(id: string, maxAttempts: number, unreleased?: string): Promise<ClaimResult> {
    const goesOn = unreleased !== undefined && (await this.#isHeld(id, unreleased));
    const token = new ObjectId().toHexString();
    const stored = { $ne: ['$mp3', null] };
    // A literal: the token comes out of a message.
    const sameAttempt = { $eq: ['$claim.token', { $literal: unreleased ?? '' }] };
    const counted = { $cond: [{ $or: [stored, sameAttempt] }, 0, 1] };
    const claiming = this.breaker.run(() =>
      this.jobs.findOneAndUpdate(
        {
          _id: id,
          state: { $nin: [...finalJobStates] },
          $or: [
            { attempts: { $lt: maxAttempts }, ...unclaimed },
            { mp3: { $ne: null }, ...unclaimed },
            ...(unreleased === undefined ? [] : [{ 'claim.token': unreleased }]),
          ],
        },
        [
          {
            $set: {
              state: 'converting',
              claim: { token, worker: this.worker, expiresAt: this.#expiry() },
              attempts: { $add: ['$attempts', counted] },
              step: { $cond: [stored, '$step', null] },
              percent: { $cond: [stored, '$percent', 0] },
              startedAt: { $ifNull: ['$startedAt', '$$NOW'] },
            },
          },
        ],
        { returnDocument: 'after' },
      ),
    );
    const claimed = await claiming.catch((error: unknown) => {
      throw error instanceof DependencyUnavailable ? new ClaimUnanswered(token, error) : error;
    });
    if (claimed !== null && claimed.claim !== null) {
      const { claim, startedAt } = claimed;
      // Both come of the one `$$NOW` of this update.
      const first = startedAt?.getTime() === claim.expiresAt.getTime() - this.claimMs;
      const isCounted = claimed.mp3 === null && !goesOn;
      return { kind: 'claimed', job: { ...claimed, claim }, first, counted: isCounted };
    }
    const job = await this.breaker.run(() => this.jobs.findOne({ _id: id }));
    // Removed between the two calls: there is nothing left to do, and nobody to tell.
    if (job === null) throw new ClaimLost(`job ${id} was removed`);
    if (job.state === 'ready' || job.state === 'failed' || job.state === 'dead') {
      return { kind: 'final', job };
    }
    if (job.attempts < maxAttempts || job.mp3 !== null) return { kind: 'claimed-elsewhere' };
    return { kind: 'exhausted', job };
  }

  /** Renews the claim and shows where the work is. @throws ClaimLost */
  async renew(holder: ClaimHolder, step: StepName, percent: number): Promise<void> {
    await this.#update(holder, [{ $set: { step, percent, 'claim.expiresAt': this.#expiry() } }]);
  }

  /** Decides that this attempt's MP3 is the job's MP3. @throws ClaimLost */
  async commit(holder: ClaimHolder, mp3: NonNullable<JobRecord['mp3']>): Promise<void> {
    await this.#update(holder, { $set: { mp3 } }, { mp3: null });
  }

  /** The file cannot be converted. @throws ClaimLost */
  async refuse(holder: ClaimHolder, reason: RefusalReason, detail: string): Promise<void> {
    const job = await this.#update(holder, {
      $set: { state: 'failed', claim: null, refusal: { reason, detail } },
      $currentDate: { finishedAt: true },
    });
    this.ended({ state: 'failed', reason, seconds: secondsTaken(job) });
  }

  /** The attempt failed; another will follow. @throws ClaimLost */
  async wait(holder: ClaimHolder, failure: AttemptFailure): Promise<void> {
    await this.#update(holder, {
      $set: { state: 'waiting', claim: null },
      $push: { failures: keepFailure(failure) },
    });
  }

  /**
   * Not the job's fault: the attempt is refunded, unless it came as far as an MP3; then none is
   * counted any more. @throws ClaimLost
   */
  async release(holder: ClaimHolder): Promise<void> {
    const refund = { $cond: [{ $eq: ['$mp3', null] }, 1, 0] };
    await this.#update(holder, [
      {
        $set: { state: 'waiting', claim: null, attempts: { $subtract: ['$attempts', refund] } },
      },
    ]);
  }

  /**
   * No further attempt.
   *
   * @param sourceFacts What is known of the source; null leaves what an earlier death noted.
   * @throws ClaimLost
   */
  async giveUp(
    holder: ClaimHolder,
    deadReason: DeadReason,
    failure: AttemptFailure,
    sourceFacts: SourceFacts | null = null,
  ): Promise<void> {
    const job = await this.#update(holder, dead(deadReason, failure, sourceFacts));
    this.ended({ state: 'dead', seconds: secondsTaken(job) });
  }

  /**
   * Gives up a job whose last attempt never came back.
   *
   * @param failure Its `attempt` is the count that was met.
   * @returns false, and changes nothing, when that attempt still holds its claim, was refunded
   * meanwhile or ended well, be it that only the news is missing.
   */
  async giveUpExhausted(id: string, failure: AttemptFailure): Promise<boolean> {
    const job = await this.breaker.run(() =>
      this.jobs.findOneAndUpdate(
        {
          _id: id,
          state: { $nin: [...finalJobStates] },
          mp3: null,
          attempts: failure.attempt,
          ...unclaimed,
        },
        dead('attempts-exhausted', failure, null),
        asItWas,
      ),
    );
    if (job === null) return false;
    this.ended({ state: 'dead', seconds: secondsTaken(job) });
    return true;
  }

  /** The broker holds the news of how the job ended; its mail is the next thing to come. */
  async announced(id: string): Promise<void> {
    await this.breaker.run(() => this.jobs.updateOne({ _id: id }, [{ $set: announced }]));
  }

  /** The MP3 is stored and the news is out: the job is ready. */
  async finish(id: string): Promise<void> {
    const job = await this.breaker.run(() =>
      this.jobs.findOneAndUpdate(
        { _id: id, mp3: { $ne: null } },
        [
          {
            $set: {
              state: 'ready',
              step: null,
              percent: 100,
              claim: null,
              finishedAt: { $ifNull: ['$finishedAt', '$$NOW'] },
              ...announced,
            },
          },
        ],
        asItWas,
      ),
    );
    if (job === null || job.state === 'ready') return;
    this.ended({ state: 'ready', seconds: secondsTaken(job) });
  }

  /** Those of the tokens that a job is claimed with, be the claim alive or expired. */
  async heldOf(tokens: readonly string[]): Promise<ReadonlySet<string>> {
    const held = await this.breaker.run(() =>
      this.jobs.distinct('claim.token', { 'claim.token': { $in: tokens } }),
    );
    return new Set(held);
  }

  async #isHeld(id: string, token: string): Promise<boolean> {
    const held = { _id: id, 'claim.token': token };
    return (await this.breaker.run(() => this.jobs.countDocuments(held, { limit: 1 }))) > 0;
  }

  #expiry(): Document {
    return { $add: ['$$NOW', this.claimMs] };
  }

  /** @returns the job as it was before. */
  async #update(
    { id, claimToken }: ClaimHolder,
    change: Document | Document[],
    also: Filter<JobRecord> = {},
  ): Promise<Before> {
    const job = await this.breaker.run(() =>
      this.jobs.findOneAndUpdate({ _id: id, 'claim.token': claimToken, ...also }, change, asItWas),
    );
    if (job === null) throw new ClaimLost(`the claim on job ${id} was lost`);
    return job;
  }
}

type Before = Pick<JobRecord, 'state' | 'createdAt' | 'replayedAt'>;

/** What an update answers that may end a job: little of it, as it was before. */
const asItWas = {
  returnDocument: 'before',
  projection: { state: 1, createdAt: 1, replayedAt: 1 },
} as const;

/** The mail may have been quicker than this note. */
const announced = {
  announcedAt: '$$NOW',
  mail: { $cond: [{ $in: ['$mail', ['sent', 'dead']] }, '$mail', 'pending'] },
};

function dead(
  deadReason: DeadReason,
  failure: AttemptFailure,
  sourceFacts: SourceFacts | null,
): UpdateFilter<JobRecord> {
  const facts = sourceFacts === null ? {} : { sourceFacts };
  return {
    $set: { state: 'dead', claim: null, deadReason, ...facts },
    $push: { failures: keepFailure(failure) },
    $currentDate: { finishedAt: true },
  };
}
