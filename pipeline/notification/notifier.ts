import type { z } from 'zod';
import { headerNames } from '../../contracts/headers';
import { decodeMessage, failedMessageSchema, mp3MessageSchema } from '../../contracts/message';
import { replayIn } from '../../contracts/replay-count';
import { traceIdIn } from '../../contracts/trace-id';
import type { Logger } from '../../observability/logger';
import type { Delivery } from '../deliveries/delivery';
import { notTheJobsFault } from '../deliveries/not-the-jobs-fault';
import { invalidMessage, type Outcome } from '../deliveries/outcome';
import { composeFailedMail, composeReadyMail, type MailContext } from './compose-mail';
import type { Mail } from './mail';
import { markJob } from './mark-job';
import type { NotifierDeps } from './notifier-deps';
import { sendMail } from './send-mail';

/** From a delivery on `mp3` or `mp3.failed` to at most one mail. */
export class Notifier {
  constructor(private readonly deps: NotifierDeps) {}

  /** @param signal Aborted when the worker stops and hands back what it has not begun. */
  notifyReady(delivery: Delivery, signal: AbortSignal, log: Logger): Promise<Outcome> {
    return this.#notify(delivery, mp3MessageSchema, composeReadyMail, signal, log);
  }

  /** @param signal Aborted when the worker stops and hands back what it has not begun. */
  notifyFailed(delivery: Delivery, signal: AbortSignal, log: Logger): Promise<Outcome> {
    return this.#notify(delivery, failedMessageSchema, composeFailedMail, signal, log);
  }

  async #notify<Message extends { job_id?: string | undefined }>(
    delivery: Delivery,
    schema: z.ZodType<Message>,
    compose: (message: Message, context: MailContext) => Mail,
    signal: AbortSignal,
    log: Logger,
  ): Promise<Outcome> {
    const decoded = decodeMessage(delivery.body, schema);
    if (decoded.kind === 'invalid') return invalidMessage(decoded.problem);
    const { job_id: jobId } = decoded.message;
    const { ledger, metrics, publicUrl, domain } = this.deps;
    try {
      signal.throwIfAborted();
      const { sourceName, traceId } = await this.#job(jobId);
      const mail = compose(decoded.message, { publicUrl, domain, sourceName });
      const { headers } = delivery;
      const unreleased = headers[headerNames.unreleasedClaim];
      const replay = replayIn(headers);
      const taken = await ledger.take(mail, unreleased?.toString(), replay);
      switch (taken.kind) {
        case 'sent':
          await markJob(jobId, 'sent', this.deps, log);
          return { kind: 'completed' };
        case 'taken-elsewhere':
          return { kind: 'defer', reason: 'claim', why: 'another worker is sending this mail' };
        case 'taken':
          metrics.count('attempts_total', { queue: delivery.queue });
          return await sendMail(
            { mail, taken, jobId },
            this.deps,
            signal,
            log.child({ jobId, traceId: traceIdIn(headers[headerNames.traceId]) ?? traceId }),
          );
        default:
          return taken satisfies never;
      }
    } catch (error) {
      return notTheJobsFault(error, log);
    }
  }

  async #job(jobId: string | undefined): Promise<{ sourceName: string | null; traceId?: string }> {
    if (jobId === undefined) return { sourceName: null };
    const { records, jobs } = this.deps;
    const job = await records.run(() =>
      jobs.findOne({ _id: jobId }, { projection: { 'source.name': 1, traceId: 1 } }),
    );
    const traceId = job?.traceId ?? null;
    return { sourceName: job?.source.name ?? null, ...(traceId === null ? {} : { traceId }) };
  }
}
