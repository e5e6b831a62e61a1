import type { Logger } from '../../observability/logger';
import { decideOutcome } from '../deliveries/decide-outcome';
import { ClaimLost, classifyError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { holdMailClaim } from './hold-mail-claim';
import type { Mail } from './mail';
import type { MailReturn, TakenMail } from './mail-ledger';
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
  log: Logger,
): Promise<Outcome> {
  const { mail, taken, jobId } = attempt;
  const { ledger, mailer, metrics } = deps;
  const hold = holdMailClaim(ledger, mail, taken, signal, log);
  try {
    await mailer.send(mail, hold);
  } catch (error) {
    return await settleUnsent(error, attempt, deps, log);
  } finally {
    hold.stop();
  }
  metrics.count('mails_total', { kind: mail.kind, result: 'ok' });
  const noted = await noteSent(ledger, mail, taken.token, signal, log);
  if (!noted) return { kind: 'defer', why: 'the sent mail could not be noted' };
  await markJob(jobId, 'sent', deps, log);
  return { kind: 'completed' };
}

async function settleUnsent(
  error: unknown,
  { mail, taken, jobId }: MailAttempt,
  deps: NotifierDeps,
  log: Logger,
): Promise<Outcome> {
  const { ledger, metrics } = deps;
  const { outcome, how } = decide(error, taken, deps.maxAttempts);
  log.warn(
    { err: error, mailId: mail.messageId, attempt: taken.attempt },
    `mail not sent; it came to ${outcome.kind}`,
  );
  const result = outcome.kind === 'defer' ? 'deferred' : 'failed';
  metrics.count('mails_total', { kind: mail.kind, result });
  try {
    if (outcome.kind === 'dead-letter') {
      await ledger.dead(mail, taken.token);
      await markJob(jobId, 'dead', deps, log);
    } else {
      await ledger.release(mail, taken.token, how);
    }
    return outcome;
  } catch (unsettled) {
    if (unsettled instanceof ClaimLost) {
      return { kind: 'defer', why: unsettled.message };
    }
    log.warn({ err: unsettled }, 'mail not given back; its attempt goes on with the next delivery');
    const why = 'the ledger could not be written';
    return { kind: 'defer', why, unreleasedClaim: taken.token };
  }
}

/** What an error of the mailer comes to, and how the mail is given back. */
function decide(
  error: unknown,
  taken: TakenMail,
  maxAttempts: number,
): { outcome: Outcome; how: MailReturn } {
  if (error instanceof MailUnanswered) {
    const unanswered = taken.unanswered + 1;
    // A sick server is not the mail's fault, so no attempt is used; but each time at a longer
    // distance, because the listener may get each of them.
    const outcome = decideOutcome(
      { kind: 'transient', error },
      { attempt: unanswered, maxAttempts: maxUnanswered, step: 'send-mail' },
    );
    return { outcome, how: { refund: true, unanswered: true } };
  }
  const { attempt } = taken;
  const outcome = decideOutcome(classifyError(error), { attempt, maxAttempts, step: 'send-mail' });
  return { outcome, how: { refund: outcome.kind === 'defer' } };
}
