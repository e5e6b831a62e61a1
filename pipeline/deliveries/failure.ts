import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import { DependencyUnavailable } from '../../observability/breaker';
import type { DeferReason } from '../../observability/metric-labels';
import { MediaToolError } from '../media/media-tool-error';
import { SourceRefused } from '../media/source-refused';

/** What an error means for the work it interrupted. */
export type Failure =
  /** The file will never convert; the listener is told. */
  | { readonly kind: 'refused'; readonly error: SourceRefused }
  /** A dependency is away, somebody else has the claim, or we are stopping. Nobody's fault. */
  | { readonly kind: 'not-now'; readonly error: Error; readonly reason: DeferReason }
  /** May succeed unchanged. */
  | { readonly kind: 'transient'; readonly error: Error }
  /** The mail server will never take this mail. */
  | { readonly kind: 'mail-refused'; readonly error: Error }
  /** Nobody foresaw it: a defect, which a retry only hides. */
  | { readonly kind: 'unknown'; readonly error: Error };

/** The claim expired and another worker took the job, or the job was removed. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** The process is stopping and hands its work back. */
export class Stopping extends Error {
  override readonly name = 'Stopping';
}

/** A delivery is neither acked nor nacked: the broker hands it over again by itself. */
export class LetGo extends Error {
  override readonly name = 'LetGo';
}

/** May succeed when tried again. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError';
}

/** A step did not finish in its time. */
export class StepTimeout extends TransientError {
  override readonly name = 'StepTimeout';
}

/** The mail server answered 5xx for this mail. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/** Error codes of the machine we run on: somebody makes room, or a limit passes. */
const transientCodes = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'EIO', 'EDQUOT']);

/** The one place where an error gets its meaning. */
export function classifyError(thrown: unknown): Failure {
  const error = Error.isError(thrown) ? thrown : new Error(String(thrown));
  if (error instanceof SourceRefused) return { kind: 'refused', error };
  const reason = inTheWay(error);
  if (reason !== undefined) return { kind: 'not-now', error, reason };
  if (error instanceof MailRefused) return { kind: 'mail-refused', error };
  const code = codeOf(error);
  if (
    error instanceof TransientError ||
    error instanceof MediaToolError ||
    (code !== undefined && transientCodes.has(code))
  ) {
    return { kind: 'transient', error };
  }
  return { kind: 'unknown', error };
}

/** What kept the work from going on that is nobody's fault; undefined for any other error. */
function inTheWay(error: Error): DeferReason | undefined {
  if (error instanceof DependencyUnavailable) return 'dependency';
  // A broker that is away, blocks publishers or has a full or missing queue; not the job's fault.
  if (error instanceof PublishFailed) return 'broker';
  if (error instanceof ClaimLost) return 'claim';
  if (error instanceof Stopping) return 'stopping';
  // A full disk is an outage of the machine, not a failure of the file.
  return codeOf(error) === 'ENOSPC' ? 'disk' : undefined;
}

/** Why work is put off that this error ended: by a defect, where nothing was in the way. */
export function deferReasonOf(failure: Failure): DeferReason {
  return failure.kind === 'not-now' ? failure.reason : 'unforeseen';
}

/** The code of an error of the system, like `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return Error.isError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
