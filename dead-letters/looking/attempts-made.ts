import type { AttemptFailure, JobRecord } from '../../contracts/job';
import type { DeadLetterRecord } from '../dead-letter';
import type { DeadLetterStores } from '../stores';
import type { LetterDetail } from '../views';

type Attempt = LetterDetail['attempts_made'][number];

/** Every failed attempt at what a letter asks for: the job's, or those at sending its mail. */
export async function attemptsMade(
  stores: DeadLetterStores,
  letter: Pick<DeadLetterRecord, 'workQueue' | 'messageId'>,
  job: JobRecord | null,
): Promise<Attempt[]> {
  const failures =
    letter.workQueue === 'video'
      ? (job?.failures ?? [])
      : await mailFailures(stores, letter.messageId);
  return failures.map(viewAttempt);
}

/** What is read here of an entry of the mail ledger. Missing in entries of version 0.1. */
interface MailEntry {
  readonly _id: string;
  readonly failures?: readonly MailFailure[];
}
type MailFailure = Omit<AttemptFailure, 'step'> & { readonly step?: string | null };

/** The Message-ID of a mail is made of its message's id: `<id@domain>`. */
async function mailFailures(
  { database }: DeadLetterStores,
  messageId: string,
): Promise<MailFailure[]> {
  // "A" comes after "@".
  const entries = await database
    .collection<MailEntry>('mails')
    .find({ _id: { $gte: `<${messageId}@`, $lt: `<${messageId}A` } })
    .toArray();
  return entries.flatMap(({ failures = [] }) => failures);
}

function viewAttempt(failure: MailFailure): Attempt {
  const { attempt, replay = 0, at, worker, step = null, errorClass, error, log = [] } = failure;
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
