import type { ConfigOf } from '../../observability/config';
import type { notificationSettings } from '../config';

type MailSettings = Pick<
  ConfigOf<typeof notificationSettings>,
  'smtpUrl' | 'gmailAddress' | 'gmailPassword' | 'mailFrom'
>;

/** Which settings are missing to send mail; empty when there is a server and a sender. */
export function mailServerProblems(settings: MailSettings): string[] {
  const { smtpUrl, gmailAddress, gmailPassword, mailFrom } = settings;
  const problems: string[] = [];
  if (smtpUrl === undefined && (gmailAddress === undefined || gmailPassword === undefined)) {
    problems.push('SMTP_URL: expected it, or GMAIL_ADDRESS and GMAIL_PASSWORD, got neither');
  }
  const from = mailFrom ?? gmailAddress;
  if (from === undefined) {
    problems.push('MAIL_FROM: expected the sender of the mails, got nothing');
  } else if (domainOf(from) === '') {
    problems.push(
      `${mailFrom === undefined ? 'GMAIL_ADDRESS' : 'MAIL_FROM'}: expected an address, such as mp3@example.com or "MP3 <mp3@example.com>", got ${JSON.stringify(from)}`,
    );
  }
  return problems;
}

/** Domain of the sender, with or without a name around its address; empty when there is none. */
function domainOf(from: string): string {
  return /@([a-z0-9.-]+)>?\s*$/i.exec(from)?.[1] ?? '';
}

export interface MailServer {
  readonly url: string;
  /** Sender of the mails. */
  readonly from: string;
  /** Its domain, the right side of each Message-ID. */
  readonly domain: string;
}

/** The server to send through and the sender: SMTP_URL, or the tutorial's Gmail account. */
export function mailServer(settings: MailSettings): MailServer {
  const { smtpUrl, gmailAddress = '', gmailPassword = '', mailFrom } = settings;
  const account = `${encodeURIComponent(gmailAddress)}:${encodeURIComponent(gmailPassword)}`;
  const from = mailFrom ?? gmailAddress;
  return {
    // Port 587 speaks plain text first; a mail must not go out if TLS cannot be started.
    url: smtpUrl ?? `smtp://${account}@smtp.gmail.com:587?requireTLS=true`,
    from,
    domain: domainOf(from),
  };
}
