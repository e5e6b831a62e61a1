import type { Collection } from 'mongodb';
import type { z } from 'zod';
import type { JobRecord } from '../../contracts/job';
import { decodeMessage, failedMessageSchema, mp3MessageSchema } from '../../contracts/message';
import type { Breaker } from '../../observability/breaker';
import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import { decideOutcome } from '../deliveries/decide-outcome';
import type { Delivery } from '../deliveries/delivery';
import { classifyError } from '../deliveries/failure';
import { invalidMessage, type Outcome } from '../deliveries/outcome';
import { composeFailedMail, composeReadyMail, type MailContext } from './compose-mail';
import type { Mail } from './mail';
import type { MailLedger } from './mail-ledger';
import type { SmtpMailer } from './smtp-mailer';

export interface NotifierDeps {
  readonly ledger: MailLedger;
  readonly mailer: Pick<SmtpMailer, 'send'>;
  readonly jobs: Collection<JobRecord>;
  readonly records: Breaker;
  readonly metrics: Metrics;
  readonly publicUrl: string;
  readonly domain: string;
  readonly maxAttempts: number;
}

/** From a delivery on `mp3` or `mp3.failed` to at most one mail. */
export class Notifier {
  constructor(private readonly deps: NotifierDeps) {}

  notifyReady(delivery: Delivery, log: Logger): Promise<Outcome> {
    return this.#notify(delivery, mp3MessageSchema, composeReadyMail, log);
  }

  notifyFailed(delivery: Delivery, log: Logger): Promise<Outcome> {
    return this.#notify(delivery, failedMessageSchema, composeFailedMail, log);
  }

  async #notify<Message extends { job_id?: string | undefined }>(
    delivery: Delivery,
    schema: z.ZodType<Message>,
    compose: (message: Message, context: MailContext) => Mail,
    log: Logger,
  ): Promise<Outcome> {
    const decoded = decodeMessage(delivery.body, schema);
    if (decoded.kind === 'invalid') return invalidMessage(decoded.problem);
    const { ledger, maxAttempts } = this.deps;
    try {
      const sourceName = await this.#sourceName(decoded.message.job_id);
      const { publicUrl, domain } = this.deps;
      const mail = compose(decoded.message, { publicUrl, domain, sourceName });
      const taken = await ledger.take(mail);
      switch (taken.kind) {
        case 'sent':
          return { kind: 'completed' };
        case 'taken-elsewhere':
          return { kind: 'defer', why: 'another worker is sending this mail' };
        case 'taken':
          return await this.#send(mail, taken.token, taken.attempt, log);
        default:
          return taken satisfies never;
      }
    } catch (error) {
      return decideOutcome(classifyError(error), { attempt: 1, maxAttempts, step: 'send-mail' });
    }
  }

  async #send(mail: Mail, token: string, attempt: number, log: Logger): Promise<Outcome> {
    const { ledger, mailer, metrics, maxAttempts } = this.deps;
    const { kind } = mail;
    try {
      await mailer.send(mail);
    } catch (error) {
      const failure = classifyError(error);
      const outcome = decideOutcome(failure, { attempt, maxAttempts, step: 'send-mail' });
      log.warn({ err: failure.error, attempt }, `mail not sent; it came to ${outcome.kind}`);
      if (outcome.kind === 'dead-letter') await ledger.dead(mail, token);
      else await ledger.release(mail, token, outcome.kind === 'defer');
      metrics.count('mails_total', {
        kind,
        result: outcome.kind === 'defer' ? 'deferred' : 'failed',
      });
      return outcome;
    }
    await ledger.sent(mail, token);
    metrics.count('mails_total', { kind, result: 'ok' });
    return { kind: 'completed' };
  }

  async #sourceName(jobId: string | undefined): Promise<string | null> {
    if (jobId === undefined) return null;
    const { records, jobs } = this.deps;
    const job = await records.run(() =>
      jobs.findOne({ _id: jobId }, { projection: { 'source.name': 1 } }),
    );
    return job?.source.name ?? null;
  }
}
