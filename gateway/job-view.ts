import type { JobRecord, JobState, StepName } from '../contracts/job';
import { refusalSentences } from '../contracts/refusal-reason';

/** What is read of a job to show it. */
export type ShownJob = Omit<JobRecord, 'failures'>;

/** A job as the listener sees it. */
export interface JobView {
  readonly id: string;
  readonly state: JobState;
  readonly step: StepName | null;
  readonly percent: number;
  readonly source: { readonly name: string | null; readonly bytes: number | null };
  readonly mp3: {
    readonly fid: string;
    readonly bytes: number;
    readonly duration_ms: number;
  } | null;
  /** Why there is no MP3 and what to do, in state `failed` or `dead`. */
  readonly failure: { readonly reason: string; readonly message: string } | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly attempts: number;
}

export function viewJob(job: ShownJob): JobView {
  const { mp3, source } = job;
  return {
    id: job._id,
    state: job.state,
    step: job.step,
    percent: job.percent,
    source: { name: source.name, bytes: source.bytes },
    mp3: mp3 && { fid: mp3.fid.toHexString(), bytes: mp3.bytes, duration_ms: mp3.durationMs },
    failure: viewFailure(job),
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
    attempts: job.attempts,
  };
}

function viewFailure({ state, refusal }: ShownJob): JobView['failure'] {
  if (refusal !== null) {
    return { reason: refusal.reason, message: refusalSentences[refusal.reason] };
  }
  // Our errors are for the operator; the listener learns that they need not do anything.
  if (state !== 'dead') return null;
  return {
    reason: 'internal',
    message: 'The conversion failed on our side. The video is kept and can be tried again.',
  };
}
