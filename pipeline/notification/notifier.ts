import type { z } from 'zod';
import { headerNames } from '../../contracts/headers';
import { decodeMessage, failedMessageSchema, mp3MessageSchema } from '../../contracts/message';
import { replayIn } from '../../contracts/replay-count';
import type { JobRecord } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import { noteOnSpan } from '../../observability/spans';
import type { Delivery } from '../deliveries/delivery';
import { logOfJob } from '../deliveries/log-of-job';
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
    if (jobId !== undefined) noteOnSpan({ 'job.id': jobId });
    try {
      signal.throwIfAborted();
      const job = await this.#job(jobId);
      const sourceName = job?.source.name ?? null;
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
          if (taken.counted) metrics.count('attempts_total', { queue: delivery.queue });
          noteOnSpan({ 'job.attempt': taken.attempt });
          return await sendMail(
            { mail, taken, jobId },
            this.deps,
            signal,
            jobId === undefined
              ? log
              : logOfJob({ traceId: null, ...job, _id: jobId }, delivery, log),
          );
        default:
          return taken satisfies never;
      }
    } catch (error) {
      return notTheJobsFault(error, log);
    }
  }

  async #job(jobId: string | undefined): Promise<Pick<JobRecord, 'source' | 'traceId'> | null> {
    if (jobId === undefined) return null;
    const { records, jobs } = this.deps;
    return records.run(() =>
      jobs.findOne({ _id: jobId }, { projection: { 'source.name': 1, traceId: 1 } }),
    );
  }
}
