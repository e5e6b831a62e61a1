/** A mail, ready to be sent. */
export interface Mail {
  readonly kind: 'ready' | 'failed';
  /** Stable over repeats (RFC 5322 section 3.6.4), so that a reader's mail program sees one mail. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
