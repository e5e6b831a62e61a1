import type { JobRecord } from '../../contracts/job';
import type { PlannedReplay } from './plan-letters';

/** A replay that goes ahead; its message says `replay` in its header. */
export interface AcceptedReplay extends PlannedReplay {
  readonly replay: number;
  /** What the job, or the message, goes on with. */
  readonly trace: Required<Pick<JobRecord, 'traceId' | 'traceparent'>>;
}
