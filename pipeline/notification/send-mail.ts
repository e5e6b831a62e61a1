import type { MailFailure } from '../../contracts/mail-record';
import type { Logger } from '../../observability/logger';
import { recordLog, type RecordedLog } from '../../observability/record-log';
import { inSpan } from '../../observability/spans';
import { decideOutcome } from '../deliveries/decide-outcome';
import { ClaimLost, classifyError, deferReasonOf } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { holdMailClaim } from './hold-mail-claim';
import type { Mail } from './mail';
import type { TakenMail } from './mail-ledger';
import { MailUnanswered } from './mail-unanswered';
import { markJob } from './mark-job';
import { noteSent } from './note-sent';
import type { NotifierDeps } from './notifier-deps';

/** A mail that we hold the claim on. */
export interface MailAttempt {
  readonly mail: Mail;
  readonly taken: TakenMail;
  /** Undefined for a message of the tutorial's format. */
  readonly jobId: string | undefined;
}

/** Log lines of an attempt that are kept with its failure. */
const recordedLines = 50;

/**
 * How often a mail is sent anew that the server got whole and did not answer for. Each time may
 * have been a mail in the listener's inbox; with the usual delays this is more than an hour.
 */
const maxUnanswered = 10;

/** Sends a mail that we hold the claim on, and settles its entry in the ledger. */
export async function sendMail(
  attempt: MailAttempt,
  deps: NotifierDeps,
  signal: AbortSignal,
  parentLog: Logger,
): Promise<Outcome> {
  const recorded = recordLog(parentLog, recordedLines);
  const { log } = recorded;
  const { mail, taken, jobId } = attempt;
  const { ledger, mailer, metrics } = deps;
  const hold = holdMailClaim(ledger, mail, taken, signal, log);
  try {
    const attributes = { 'mail.kind': mail.kind };
    await inSpan('send-mail', { kind: 'client', attributes }, () => mailer.send(mail, hold));
  } catch (error) {
    return await settleUnsent(error, attempt, deps, recorded);
  } finally {
    hold.stop();
  }
  metrics.count('mails_total', { kind: mail.kind, result: 'ok' });
  const noted = await noteSent(ledger, mail, taken.token, signal, log);
  if (!noted) {
    return { kind: 'defer', reason: 'dependency', why: 'the sent mail could not be noted' };
  }
  await markJob(jobId, 'sent', deps, log);
  return { kind: 'completed' };
}

async function settleUnsent(
  error: unknown,
  { mail, taken, jobId }: MailAttempt,
  deps: NotifierDeps,
  { log, lines }: RecordedLog,
): Promise<Outcome> {
  const { ledger, metrics } = deps;
  const { attempt, outcome, refund } = decide(error, taken, deps.maxAttempts);
  log.warn(
    { err: error, mailId: mail.messageId, attempt: taken.attempt },
    `mail not sent; it came to ${outcome.kind}`,
  );
  const result = outcome.kind === 'defer' ? 'deferred' : 'failed';
  metrics.count('mails_total', { kind: mail.kind, result });
  const failure: MailFailure = {
    attempt,
    replay: taken.replay,
    at: new Date(),
    worker: deps.worker,
    errorClass: Error.isError(error) ? error.name : 'Error',
    error: Error.isError(error) ? error.message : String(error),
    log: lines(),
  };
  try {
    if (outcome.kind === 'dead-letter') {
      await ledger.dead(mail, taken.token, failure);
      await markJob(jobId, 'dead', deps, log);
    } else {
      const unanswered = error instanceof MailUnanswered;
      const how = outcome.kind === 'defer' ? { refund } : { refund, unanswered, failure };
      await ledger.release(mail, taken.token, how);
    }
    return outcome;
  } catch (unsettled) {
    if (unsettled instanceof ClaimLost) {
      return { kind: 'defer', reason: 'claim', why: unsettled.message };
    }
    log.warn({ err: unsettled }, 'mail not given back; its attempt goes on with the next delivery');
    const why = 'the ledger could not be written';
    const reason = deferReasonOf(classifyError(unsettled));
    return { kind: 'defer', reason, why, unreleasedClaim: taken.token };
  }
}

/** What an error of the mailer comes to, as which attempt, and whether that one does not count. */
function decide(
  error: unknown,
  taken: TakenMail,
  maxAttempts: number,
): { attempt: number; outcome: Outcome; refund: boolean } {
  const { replay } = taken;
  if (error instanceof MailUnanswered) {
    const unanswered = taken.unanswered + 1;
    // A sick server is not the mail's fault, so no attempt is used; but each time at a longer
    // distance, because the listener may get each of them.
    const outcome = decideOutcome(
      { kind: 'transient', error },
      { attempt: unanswered, maxAttempts: maxUnanswered, step: 'send-mail', replay },
    );
    return { attempt: unanswered, outcome, refund: true };
  }
  const { attempt } = taken;
  const policy = { attempt, maxAttempts, step: 'send-mail', replay } as const;
  const outcome = decideOutcome(classifyError(error), policy);
  return { attempt, outcome, refund: outcome.kind === 'defer' };
}
