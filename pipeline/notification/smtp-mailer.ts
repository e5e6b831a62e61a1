import { createTransport, type SendMailOptions } from 'nodemailer';
import { Readable } from 'node:stream';
import { Breaker, DependencyUnavailable } from '../../observability/breaker';
import type { SendPermit } from './hold-mail-claim';
import type { Mail } from './mail';
import { MailUnanswered } from './mail-unanswered';
import { isSmtpOutage, smtpMeaning } from './smtp-meaning';

export interface SmtpOptions {
  /** `smtp://user:password@host:port`; TLS where the server offers it, `smtps://` from the start. */
  readonly url: string;
  readonly from: string;
  /**
   * Longest silence of the server, in milliseconds, after the final dot as well; there RFC 5321
   * section 4.5.3.2.6 would have us wait for 10 minutes.
   */
  readonly timeoutMs: number;
}

/** Sends mails over SMTP and says what an answer means. */
export class SmtpMailer {
  readonly breaker = new Breaker('smtp', isSmtpOutage, { probe: () => this.verify() });

  constructor(private readonly options: SmtpOptions) {}

  /**
   * Resolves once the server has taken the mail.
   *
   * @throws MailRefused for a 5xx answer about this mail, TransientError for a 4xx answer,
   * DependencyUnavailable when the server is away or does not accept us as a sender,
   * MailUnanswered when it got the mail and did not say what became of it, and the reason of the
   * permit's signal when that ended the dialogue in time.
   */
  async send(mail: Mail, permit: SendPermit): Promise<void> {
    try {
      await this.breaker.run(() => this.#converse(mail, permit));
    } catch (error) {
      const unanswered =
        error instanceof DependencyUnavailable && error.cause instanceof MailUnanswered;
      throw unanswered ? asError(error.cause) : error;
    }
  }

  /** Greeting, TLS and login, as far as a server can be asked without a mail. */
  async verify(): Promise<void> {
    const transport = this.#transport();
    try {
      await transport.verify();
    } finally {
      transport.close();
    }
  }

  stop(): void {
    this.breaker.stop();
  }

  async #converse(mail: Mail, permit: SendPermit): Promise<void> {
    const { signal } = permit;
    signal.throwIfAborted();
    let whole = false;
    const cut = new AbortController();
    // After the final dot it could only make us deaf to the answer.
    const onAbort = () => {
      if (!whole) cut.abort();
    };
    signal.addEventListener('abort', onAbort);
    const transport = this.#transport();
    let refusal: unknown;
    transport.use('stream', ({ message }, done) => {
      const source = message.createReadStream();
      // Read only after the server's 354; what follows the last piece is the final dot.
      async function* pieces() {
        yield* source as AsyncIterable<Buffer>;
        try {
          permit.check();
        } catch (error) {
          refusal = error;
          throw error;
        }
        whole = true;
      }
      message.createReadStream = () => Readable.from(pieces());
      done();
    });
    const options: SendMailOptions & { signal: AbortSignal } = {
      from: this.options.from,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      messageId: mail.messageId,
      signal: cut.signal,
    };
    try {
      await transport.sendMail(options);
    } catch (error) {
      if (refusal !== undefined) throw asError(refusal);
      if (cut.signal.aborted) signal.throwIfAborted();
      throw asError(smtpMeaning(error, whole));
    } finally {
      signal.removeEventListener('abort', onAbort);
      transport.close();
    }
  }

  /** One for each dialogue: it opens a connection for each mail anyway, and holds nothing. */
  #transport() {
    const { url, timeoutMs } = this.options;
    return createTransport({
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Mails carry text of ours only; nothing may be read from disk or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

function asError(thrown: unknown): Error {
  return Error.isError(thrown) ? thrown : new Error(String(thrown));
}
