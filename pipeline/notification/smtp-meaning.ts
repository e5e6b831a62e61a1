import { MailRefused, TransientError } from '../deliveries/failure';
import { MailUnanswered } from './mail-unanswered';

/**
 * What an error of an SMTP dialogue means: a MailRefused, a TransientError, a MailUnanswered, or
 * the error itself when it is an outage (`isSmtpOutage`) or nobody foresaw it.
 *
 * @param whole Whether the server may have got the whole mail, its final dot included.
 */
export function smtpMeaning(error: unknown, whole: boolean): unknown {
  if (!Error.isError(error)) return error;
  const code = responseCodeOf(error);
  // Without an answer to the final dot the mail may be on its way.
  if (whole && Number.isNaN(code)) return new MailUnanswered(error.message, { cause: error });
  if (isSmtpOutage(error)) return error;
  // RFC 5321 section 4.2.1: 4yz is worth another try, 5yz is not.
  if (code >= 500) return new MailRefused(error.message, { cause: error });
  if (code >= 400) return new TransientError(error.message, { cause: error });
  // Addresses that no server was asked about carry no answer code.
  if ('code' in error && error.code === 'EENVELOPE') {
    return new MailRefused(error.message, { cause: error });
  }
  return error;
}

/**
 * 421: the service closes the channel (RFC 5321 section 3.8). The others are about our login and
 * may answer any command (RFC 4954 section 6).
 */
const outageAnswers = new Set([421, 454, 530, 534, 535, 538]);

const outageCodes = new Set([
  'ECONNECTION',
  'ETIMEDOUT',
  'ESOCKET',
  'EDNS',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
  'EPROTOCOL',
  'EPROXY',
]);

/** The server cannot be spoken to, or will not have us as a sender; this mail was not judged. */
export function isSmtpOutage(error: unknown): boolean {
  if (error instanceof MailUnanswered) return true;
  if (!Error.isError(error)) return false;
  const code = responseCodeOf(error);
  if (outageAnswers.has(code)) return true;
  // The sender is ours and the same for every mail: no listener can help it, an operator can.
  if (!Number.isNaN(code) && 'command' in error && error.command === 'MAIL FROM') return true;
  return 'code' in error && outageCodes.has(String(error.code));
}

function responseCodeOf(error: Error): number {
  return 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
}
