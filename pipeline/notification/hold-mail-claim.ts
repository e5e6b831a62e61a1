import type { Logger } from '../../observability/logger';
import { ClaimLost } from '../deliveries/failure';
import type { Mail } from './mail';
import type { MailLedger, TakenMail } from './mail-ledger';

/** What a mailer asks while it sends. */
export interface SendPermit {
  /** Aborted once the mail must not be sent, as long as that can be helped. */
  readonly signal: AbortSignal;
  /**
   * Asked in the last moment before the server could take the mail.
   *
   * @throws ClaimLost when somebody else may have taken it: we stood still for too long.
   */
  check(): void;
}

export interface MailClaimHold extends SendPermit {
  stop(): void;
}

/** Keeps the claim on a mail while the mail server is spoken to, however slow it is. */
export function holdMailClaim(
  ledger: Pick<MailLedger, 'renew' | 'claimMs'>,
  mail: Mail,
  taken: Pick<TakenMail, 'token' | 'validUntilMs'>,
  stopping: AbortSignal,
  log: Logger,
): MailClaimHold {
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, stopping]);
  let { validUntilMs } = taken;
  let idle = true;
  const check = () => {
    signal.throwIfAborted();
    if (performance.now() < validUntilMs) return;
    throw new ClaimLost(`the claim on mail ${mail.messageId} was not renewed in time`);
  };
  const renew = async () => {
    try {
      validUntilMs = await ledger.renew(mail, taken.token);
    } catch (error) {
      if (error instanceof ClaimLost) lost.abort(error);
      // It may be away for us alone: `check` ends the claim by our own clock.
      else log.warn({ err: error }, 'claim on the mail not renewed');
    }
    idle = true;
  };
  const timer = setInterval(() => {
    try {
      check();
    } catch (error) {
      lost.abort(error);
    }
    if (!idle || signal.aborted) return;
    idle = false;
    void renew();
  }, ledger.claimMs / 3);
  return {
    signal,
    check,
    stop: () => {
      clearInterval(timer);
    },
  };
}
