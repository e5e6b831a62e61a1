import type { FailedMessage, Mp3Message } from '../../contracts/message';
import { refusalSentences } from '../../contracts/refusal-reason';
import type { Mail } from './mail';

/** What a mail says besides its message. */
export interface MailContext {
  /** Address of the gateway as listeners reach it, without a slash at the end. */
  readonly publicUrl: string;
  /** Right side of the Message-ID. */
  readonly domain: string;
  /** File name of the upload, where the job record knows it. */
  readonly sourceName: string | null;
}

/** The tutorial's subject and line, which scripts look for, and below it how to get the file. */
export function composeReadyMail(message: Mp3Message, context: MailContext): Mail {
  const fid = message.mp3_fid;
  const lines = [`mp3 file_id: ${fid} is now ready!`, ''];
  if (context.sourceName !== null) lines.push(`Made from: ${context.sourceName}`);
  lines.push(`Download: ${context.publicUrl}/download?fid=${fid}`);
  lines.push('', 'The link needs your token, for example:');
  lines.push(
    `curl -OJ -H "Authorization: Bearer $TOKEN" "${context.publicUrl}/download?fid=${fid}"`,
  );
  return {
    kind: 'ready',
    messageId: `<ready.${fid}@${context.domain}>`,
    to: message.username,
    subject: 'MP3 Download',
    text: `${lines.join('\n')}\n`,
  };
}

/** Tells the listener that there will be no MP3, why, and what to do. */
export function composeFailedMail(message: FailedMessage, context: MailContext): Mail {
  const name = context.sourceName ?? `video ${message.video_fid}`;
  return {
    kind: 'failed',
    messageId: `<failed.${message.job_id}@${context.domain}>`,
    to: message.username,
    subject: 'MP3 conversion failed',
    text: `${name} could not be converted.\n\n${refusalSentences[message.reason]}\n`,
  };
}
