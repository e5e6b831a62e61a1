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
  if (mailFrom === undefined && gmailAddress === undefined) {
    problems.push('MAIL_FROM: expected the sender of the mails, got nothing');
  }
  return problems;
}

/** The server to send through and the sender: SMTP_URL, or the tutorial's Gmail account. */
export function mailServer(settings: MailSettings): { url: string; from: string } {
  const { smtpUrl, gmailAddress = '', gmailPassword = '', mailFrom } = settings;
  const account = `${encodeURIComponent(gmailAddress)}:${encodeURIComponent(gmailPassword)}`;
  return {
    // Port 587 speaks plain text first; a mail must not go out if TLS cannot be started.
    url: smtpUrl ?? `smtp://${account}@smtp.gmail.com:587?requireTLS=true`,
    from: mailFrom ?? gmailAddress,
  };
}
