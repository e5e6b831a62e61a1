import { randomUUID } from 'node:crypto';
import type { Collection, Db, Document, UpdateFilter } from 'mongodb';
import { mailCollection, type MailFailure, type MailRecord } from '../../contracts/mail-record';
import type { Breaker } from '../../observability/breaker';
import { ClaimLost } from '../deliveries/failure';
import type { Mail } from './mail';

/** A mail may be replayed without end; its entry must not grow without end. */
const maxFailures = 200;

/** The right to send one mail. */
export interface TakenMail {
  readonly kind: 'taken';
  readonly token: string;
  readonly attempt: number;
  /** Whether this began an attempt, and did not go on with one. */
  readonly counted: boolean;
  /** How often its news had been put back. */
  readonly replay: number;
  /** How often the mail server got this mail before and did not answer. */
  readonly unanswered: number;
  /** Until when nobody else can take the mail, on the clock of `performance.now()`. */
  readonly validUntilMs: number;
}

export type TakeResult =
  TakenMail | { readonly kind: 'sent' } | { readonly kind: 'taken-elsewhere' };

/** How a mail that did not go out is given back. */
export interface MailReturn {
  /** Whether the attempt does not count. */
  readonly refund: boolean;
  /** Whether the server got the whole mail and did not answer. */
  readonly unanswered?: boolean;
  /** How it failed, where that is its own fault or the server's, and not an outage. */
  readonly failure?: MailFailure;
}

/** Once the server is back, whoever waited for it gets through within this. */
const defaultNoticeMs = 5_000;

/**
 * Remembers which mails went out. An entry is taken before SMTP and settled after, so a repeated
 * message sends nothing. One gap is left and cannot be closed: the server took the mail and we
 * died, stood still, or were cut off from MongoDB while others were not, for longer than claim and
 * notice together, before noting it. The repeat carries the same Message-ID.
 *
 * A claim that expired is not taken at once: its holder gets notice first. While MongoDB is away
 * every claim expires, and in the moment it comes back a holder that waits to note its sent mail
 * must come before anybody who waits to send it anew.
 *
 * Only `sent` is final. A message that meets a `dead` entry is a replay, or its dead letter never
 * reached the broker: to drop it would lose the mail.
 *
 * Every method throws DependencyUnavailable while MongoDB is away; `sent` throws what the driver
 * throws.
 */
export class MailLedger {
  readonly #mails: Collection<MailRecord>;

  /**
   * @param claimMs How long a claim lasts unless renewed, in milliseconds.
   * @param noticeMs How long the holder of an expired claim is waited for, in milliseconds.
   */
  constructor(
    database: Db,
    private readonly breaker: Breaker,
    private readonly worker: string,
    readonly claimMs: number,
    private readonly noticeMs = defaultNoticeMs,
  ) {
    this.#mails = mailCollection(database);
  }

  /**
   * Takes the right to send this mail and counts the attempt.
   *
   * @param unreleased Token of a deferred attempt that could not be given back, because MongoDB was
   * away: it goes on as the same attempt.
   * @param replay How often its news had been put back when the message was sent. The first message
   * of a replay starts the attempts anew; a copy from before it does not.
   */
  async take(mail: Mail, unreleased?: string, replay = 0): Promise<TakeResult> {
    const { messageId, to } = mail;
    await this.breaker.run(() =>
      this.#mails.updateOne(
        { _id: messageId },
        { $setOnInsert: { to, state: 'pending', claim: null, attempts: 0, sentAt: null } },
        { upsert: true },
      ),
    );
    const counts = !(await this.#goesOn(messageId, unreleased, replay));
    const token = randomUUID();
    // Before the request, so that our clock ends the claim before the server's does.
    const validUntilMs = performance.now() + this.claimMs;
    // A literal: the token comes out of a message.
    const sameAttempt = { $eq: ['$claim.token', { $literal: unreleased ?? '' }] };
    const seen = { $ifNull: ['$replay', 0] };
    const anew = { $gt: [replay, seen] };
    const counted = { $add: ['$attempts', { $cond: [sameAttempt, 0, 1] }] };
    const taken = await this.breaker.run(() =>
      this.#mails.findOneAndUpdate(
        {
          _id: messageId,
          state: { $ne: 'sent' },
          $expr: { $or: [{ $eq: ['$claim', null] }, sameAttempt, this.#noticeGiven()] },
        },
        [
          {
            $set: {
              state: 'pending',
              claim: { token, worker: this.worker, expiresAt: this.#expiry() },
              attempts: { $cond: [anew, 1, counted] },
              unanswered: { $cond: [anew, 0, { $ifNull: ['$unanswered', 0] }] },
              replay: { $max: [replay, seen] },
            },
          },
          { $unset: 'claim.noticeAt' },
        ],
        { returnDocument: 'after' },
      ),
    );
    if (taken !== null) {
      const { attempts: attempt, unanswered = 0, replay: replayed = 0 } = taken;
      return {
        kind: 'taken',
        token,
        attempt,
        counted: counts,
        replay: replayed,
        unanswered,
        validUntilMs,
      };
    }
    await this.#giveNotice(messageId);
    const entry = await this.breaker.run(() => this.#mails.findOne({ _id: messageId }));
    return { kind: entry?.state === 'sent' ? 'sent' : 'taken-elsewhere' };
  }

  /**
   * Keeps the claim.
   *
   * @returns until when it is valid now, on the clock of `performance.now()`.
   * @throws ClaimLost
   */
  async renew(mail: Mail, token: string): Promise<number> {
    const validUntilMs = performance.now() + this.claimMs;
    const { matchedCount } = await this.breaker.run(() =>
      this.#mails.updateOne({ _id: mail.messageId, 'claim.token': token }, [
        { $set: { 'claim.expiresAt': this.#expiry() } },
        { $unset: 'claim.noticeAt' },
      ]),
    );
    if (matchedCount === 0) throw new ClaimLost(`the claim on mail ${mail.messageId} was lost`);
    return validUntilMs;
  }

  /**
   * The server took the mail. That is true whoever holds the claim by now, so it is noted all the
   * same: nobody sends it again, and a later word of another holder changes nothing.
   *
   * Not through the breaker: nobody else knows what this says.
   *
   * @returns `in-doubt` when another worker took the mail meanwhile and may have sent it as well.
   */
  async sent(mail: Mail, token: string): Promise<'noted' | 'in-doubt'> {
    const before = await this.#mails.findOneAndUpdate(
      { _id: mail.messageId },
      {
        $set: { state: 'sent', claim: null, sentAt: new Date() },
        $setOnInsert: { to: mail.to, attempts: 1 },
      },
      { upsert: true, returnDocument: 'before' },
    );
    const claim = before?.claim?.token;
    // Without a claim: our note was made and its answer lost, or the entry was lost.
    return claim === undefined || claim === token ? 'noted' : 'in-doubt';
  }

  /** Given up. @throws ClaimLost */
  async dead(mail: Mail, token: string, failure: MailFailure): Promise<void> {
    const { matchedCount } = await this.breaker.run(() =>
      this.#mails.updateOne(
        { _id: mail.messageId, 'claim.token': token },
        { $set: { state: 'dead', claim: null }, ...noted(failure) },
      ),
    );
    if (matchedCount === 0) throw new ClaimLost(`the claim on mail ${mail.messageId} was lost`);
  }

  /** Not sent; nothing happens when the claim was lost. */
  async release(mail: Mail, token: string, how: MailReturn): Promise<void> {
    await this.breaker.run(() =>
      this.#mails.updateOne(
        { _id: mail.messageId, 'claim.token': token },
        {
          $set: { claim: null },
          $inc: {
            attempts: how.refund ? -1 : 0,
            ...(how.unanswered === true ? { unanswered: 1 } : {}),
          },
          ...noted(how.failure),
        },
      ),
    );
  }

  /** Whether the token's attempt still holds the mail, and no replay begins its attempts anew. */
  async #goesOn(messageId: string, unreleased: string | undefined, replay: number) {
    if (unreleased === undefined) return false;
    const holds = { _id: messageId, 'claim.token': unreleased };
    const sameReplay = { $expr: { $gte: [{ $ifNull: ['$replay', 0] }, replay] } };
    const entry = await this.breaker.run(() => this.#mails.findOne({ ...holds, ...sameReplay }));
    return entry !== null;
  }

  /** Says on an expired claim that somebody waits; its holder may still renew or settle it. */
  async #giveNotice(messageId: string): Promise<void> {
    await this.breaker.run(() =>
      this.#mails.updateOne(
        {
          _id: messageId,
          claim: { $ne: null },
          'claim.noticeAt': { $exists: false },
          $expr: { $lt: ['$claim.expiresAt', '$$NOW'] },
        },
        [{ $set: { 'claim.noticeAt': '$$NOW' } }],
      ),
    );
  }

  /** The server's clock decides, because workers' clocks may differ. */
  #noticeGiven(): Document {
    return {
      $and: [
        { $lt: ['$claim.expiresAt', '$$NOW'] },
        // A missing time would count as the earliest of all.
        { $eq: [{ $type: '$claim.noticeAt' }, 'date'] },
        { $lte: ['$claim.noticeAt', { $subtract: ['$$NOW', this.noticeMs] }] },
      ],
    };
  }

  #expiry(): Document {
    return { $add: ['$$NOW', this.claimMs] };
  }
}

const noted = (failure?: MailFailure): UpdateFilter<MailRecord> =>
  failure === undefined ? {} : { $push: { failures: { $each: [failure], $slice: -maxFailures } } };
