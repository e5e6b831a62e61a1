import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../observability/logger';
import type { Mail } from './mail';
import type { MailLedger } from './mail-ledger';

/** Pause between tries, in milliseconds; shorter than the notice of an expired claim. */
const everyMs = 500;

/** Longest time of one try, in milliseconds: a connection that is only half there answers never. */
const tryTimeoutMs = 3_000;

/**
 * Notes that the mail server took a mail, and does not give up while MongoDB is away: only this
 * keeps the mail from being sent again.
 *
 * @param stopping Aborted at the end of the grace period: then one more try, and no further.
 * @returns whether it is noted.
 */
export async function noteSent(
  ledger: Pick<MailLedger, 'sent'>,
  mail: Mail,
  token: string,
  stopping: AbortSignal,
  log: Logger,
): Promise<boolean> {
  const { messageId: mailId } = mail;
  for (let tries = 1; ; tries += 1) {
    try {
      const noted = await within(tryTimeoutMs, ledger.sent(mail, token));
      if (noted === 'in-doubt') {
        log.error({ mailId }, 'another worker took this mail meanwhile: it may arrive twice');
      }
      if (tries > 1) log.info({ mailId, tries }, 'mail noted as sent');
      return true;
    } catch (error) {
      if (stopping.aborted) {
        log.error(
          { err: error, mailId },
          'the mail server took this mail, which could not be noted: it may be sent again',
        );
        return false;
      }
      if (tries === 1) log.warn({ err: error, mailId }, 'mail sent, not noted yet; trying on');
      await delay(everyMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}

/** What is late is left to itself: to note a mail twice does no harm. */
async function within<Result>(timeoutMs: number, call: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`MongoDB did not answer within ${timeoutMs} ms`);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}
