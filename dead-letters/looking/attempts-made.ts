import type { AttemptFailure, JobRecord } from '../../contracts/job';
import type { MailFailure } from '../../contracts/mail-record';
import type { DeadLetterRecord } from '../dead-letter';
import { beginsWith, mailIdPrefix } from '../mail-id';
import type { DeadLetterStores } from '../stores';
import type { LetterDetail } from '../views';

type Attempt = LetterDetail['attempts_made'][number];

/** Every failed attempt at what a letter asks for: the job's, or those at sending its mail. */
export async function attemptsMade(
  { mails }: Pick<DeadLetterStores, 'mails'>,
  { workQueue }: Pick<DeadLetterRecord, 'workQueue'>,
  body: Uint8Array,
  job: Pick<JobRecord, 'failures'> | null,
): Promise<Attempt[]> {
  if (workQueue === 'video') {
    return (job?.failures ?? []).map((failure) => viewFailure(failure, failure.step));
  }
  const prefix = mailIdPrefix(workQueue, body);
  if (prefix === null) return [];
  const entries = await mails.find({ _id: beginsWith(prefix) }).toArray();
  return entries
    .flatMap(({ failures = [] }) => failures)
    .map((failure) => viewFailure(failure, 'send-mail'));
}

function viewFailure(failure: AttemptFailure | MailFailure, step: Attempt['step']): Attempt {
  const { attempt, replay = 0, at, worker, errorClass, error, log = [] } = failure;
  return {
    attempt,
    replay,
    at: at.toISOString(),
    worker,
    step,
    error_class: errorClass,
    error,
    log: [...log],
  };
}
