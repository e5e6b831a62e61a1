import type { RefusalReason } from '../../contracts/refusal-reason';

/**
 * The listener's file cannot be converted, now or ever: the same bytes will be refused again.
 *
 * Thrown only for what the file itself shows. Whatever a tool, a disk or a signal did wrong is a
 * MediaToolError.
 */
export class SourceRefused extends Error {
  override readonly name = 'SourceRefused';

  /**
   * @param reason What the listener is told.
   * @param detail What was found, for the operator: one sentence without the file's path.
   */
  constructor(
    readonly reason: RefusalReason,
    detail: string,
  ) {
    super(detail);
  }
}
