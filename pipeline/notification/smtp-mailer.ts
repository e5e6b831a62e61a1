import { createTransport, type Transporter } from 'nodemailer';
import { Breaker } from '../../observability/breaker';
import { MailRefused, TransientError } from '../deliveries/failure';
import type { Mail } from './mail';

export interface SmtpOptions {
  /** `smtp://user:password@host:port`; TLS where the server offers it, `smtps://` from the start. */
  readonly url: string;
  readonly from: string;
  /** Longest silence of the server, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sends mails over SMTP and says what an answer means. */
export class SmtpMailer {
  readonly breaker = new Breaker('smtp', isSmtpOutage);
  readonly #transport: Transporter;
  readonly #from: string;

  constructor({ url, from, timeoutMs }: SmtpOptions) {
    this.#from = from;
    this.#transport = createTransport({
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Mails carry text of ours only; nothing may be read from disk or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * Resolves once the server has taken the mail.
   *
   * @throws MailRefused for a 5xx answer about this mail, TransientError for a 4xx answer,
   * DependencyUnavailable when the server is away or refuses our login.
   */
  async send(mail: Mail): Promise<void> {
    await this.breaker.run(async () => {
      try {
        await this.#transport.sendMail({
          from: this.#from,
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          messageId: mail.messageId,
        });
      } catch (error) {
        throw meaningOf(error);
      }
    });
  }

  stop(): void {
    this.breaker.stop();
    this.#transport.close();
  }
}

/** RFC 5321 section 4.2.1: 4yz is worth another try, 5yz is not. */
function meaningOf(error: unknown): unknown {
  if (!Error.isError(error) || isSmtpOutage(error)) return error;
  const code = 'responseCode' in error ? Number(error.responseCode) : Number.NaN;
  if (code >= 500) return new MailRefused(error.message, { cause: error });
  // Addresses that no server was asked about carry no answer code.
  if ('code' in error && error.code === 'EENVELOPE' && Number.isNaN(code)) {
    return new MailRefused(error.message, { cause: error });
  }
  return new TransientError(error.message, { cause: error });
}

/** The server cannot be spoken to; the mail itself was not judged. */
function isSmtpOutage(error: unknown): boolean {
  if (!Error.isError(error) || !('code' in error)) return false;
  // 421: the service closes the channel (RFC 5321 section 3.8).
  if ('responseCode' in error && error.responseCode === 421) return true;
  return [
    'ECONNECTION',
    'ETIMEDOUT',
    'ESOCKET',
    'EDNS',
    'ETLS',
    'EAUTH',
    'ENOAUTH',
    'EPROTOCOL',
  ].includes(String(error.code));
}
