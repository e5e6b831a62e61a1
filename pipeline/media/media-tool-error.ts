/**
 * ffmpeg, its launcher or the disk under it failed. The listener's file is not to blame, and the
 * same file may convert when it is tried again.
 */
export class MediaToolError extends Error {
  override readonly name = 'MediaToolError';

  /** `ENOSPC` when the disk is full, so that callers can wait for room; otherwise undefined. */
  readonly code: 'ENOSPC' | undefined;

  constructor(message: string, options: ErrorOptions & { readonly code?: 'ENOSPC' } = {}) {
    super(message, options);
    this.code = options.code;
  }
}
