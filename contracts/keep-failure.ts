import type { AttemptFailure } from './job';

/** A job may be replayed without end; its record must not grow without end. */
const keptFailures = 200;

/** For `$push` on a job's `failures`, whoever writes it: the newest stay. */
export function keepFailure(failure: AttemptFailure) {
  return { $each: [failure], $slice: -keptFailures };
}
