import type { Logger } from '../../observability/logger';
import { classifyError, deferReasonOf } from './failure';
import type { Outcome } from './outcome';

/**
 * The outcome of an error outside an attempt: the record could not be read or written, the news
 * not be published, or there is a defect of ours. None of it is the job's fault, so it comes back
 * later, for as long as it takes.
 */
export function notTheJobsFault(thrown: unknown, log: Logger): Extract<Outcome, { kind: 'defer' }> {
  const failure = classifyError(thrown);
  const { kind, error } = failure;
  if (kind === 'not-now') log.warn({ err: error }, 'not now');
  else log.error({ err: error }, 'unexpected error outside an attempt');
  return { kind: 'defer', reason: deferReasonOf(failure), why: error.message };
}
