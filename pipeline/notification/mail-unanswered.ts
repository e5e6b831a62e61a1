/**
 * The server got the whole mail and did not say whether it took it (RFC 1047): the connection was
 * lost, or it was silent for too long, after the final dot.
 */
export class MailUnanswered extends Error {
  override readonly name = 'MailUnanswered';
}
