import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Claim } from '../../contracts/job';
import { durable } from '../../contracts/job-collection';
import type { Breaker } from '../../observability/breaker';
import { unclaimed } from '../claim-filter';
import type { Mail } from './mail';

/** One mail, keyed by its Message-ID (collection `mails`). */
interface MailRecord {
  readonly _id: string;
  readonly to: string;
  /** `dead`: given up, and a dead letter; its replay is one more try. */
  readonly state: 'pending' | 'sent' | 'dead';
  readonly claim: Claim | null;
  readonly attempts: number;
  readonly sentAt: Date | null;
}

export type TakeResult =
  | { readonly kind: 'taken'; readonly token: string; readonly attempt: number }
  | { readonly kind: 'sent' }
  | { readonly kind: 'taken-elsewhere' };

/**
 * Remembers which mails went out. An entry is taken before SMTP and settled after, so a repeated
 * message sends nothing. One gap is left and cannot be closed: the server took the mail and we
 * died before noting it; the repeat carries the same Message-ID.
 *
 * Only `sent` is final. A message that meets a `dead` entry is a replay, or its dead letter never
 * reached the broker: to drop it would lose the mail.
 *
 * Every method throws DependencyUnavailable while MongoDB is away.
 */
export class MailLedger {
  readonly #mails: Collection<MailRecord>;

  constructor(
    database: Db,
    private readonly breaker: Breaker,
    private readonly worker: string,
    private readonly claimMs: number,
  ) {
    this.#mails = database.collection<MailRecord>('mails', durable);
  }

  /** Takes the right to send this mail and counts the attempt. */
  async take(mail: Mail): Promise<TakeResult> {
    const token = randomUUID();
    const { messageId, to } = mail;
    await this.breaker.run(() =>
      this.#mails.updateOne(
        { _id: messageId },
        { $setOnInsert: { to, state: 'pending', claim: null, attempts: 0, sentAt: null } },
        { upsert: true },
      ),
    );
    const taken = await this.breaker.run(() =>
      this.#mails.findOneAndUpdate(
        { _id: messageId, state: { $ne: 'sent' }, ...unclaimed },
        [
          {
            $set: {
              state: 'pending',
              claim: { token, worker: this.worker, expiresAt: { $add: ['$$NOW', this.claimMs] } },
              attempts: { $add: ['$attempts', 1] },
            },
          },
        ],
        { returnDocument: 'after' },
      ),
    );
    if (taken !== null) return { kind: 'taken', token, attempt: taken.attempts };
    const entry = await this.breaker.run(() => this.#mails.findOne({ _id: messageId }));
    return { kind: entry?.state === 'sent' ? 'sent' : 'taken-elsewhere' };
  }

  async sent(mail: Mail, token: string): Promise<void> {
    await this.#settle(mail, token, { state: 'sent', claim: null, sentAt: new Date() });
  }

  /** Given up. */
  async dead(mail: Mail, token: string): Promise<void> {
    await this.#settle(mail, token, { state: 'dead', claim: null });
  }

  /** Not sent. @param refund Whether the attempt does not count. */
  async release(mail: Mail, token: string, refund: boolean): Promise<void> {
    await this.breaker.run(() =>
      this.#mails.updateOne(
        { _id: mail.messageId, 'claim.token': token },
        { $set: { claim: null }, $inc: { attempts: refund ? -1 : 0 } },
      ),
    );
  }

  async #settle(mail: Mail, token: string, change: Partial<MailRecord>): Promise<void> {
    await this.breaker.run(() =>
      this.#mails.updateOne({ _id: mail.messageId, 'claim.token': token }, { $set: change }),
    );
  }
}
