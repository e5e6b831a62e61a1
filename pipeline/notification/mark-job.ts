import type { MailState } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import type { NotifierDeps } from './notifier-deps';

/**
 * Shows on the job what became of its mail, so that nobody announces it again. As well as it goes:
 * the ledger is the truth, and the next announcement of the job meets it and sets this.
 *
 * @param jobId Undefined for a message of the tutorial's format.
 */
export async function markJob(
  jobId: string | undefined,
  mail: Extract<MailState, 'sent' | 'dead'>,
  { jobs, records }: Pick<NotifierDeps, 'jobs' | 'records'>,
  log: Logger,
): Promise<void> {
  if (jobId === undefined) return;
  try {
    await records.run(() =>
      jobs.updateOne({ _id: jobId, mail: { $ne: 'sent' } }, { $set: { mail } }),
    );
  } catch (error) {
    log.warn({ err: error, jobId, mail }, 'job not marked with what became of its mail');
  }
}
