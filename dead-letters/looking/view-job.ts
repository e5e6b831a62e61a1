import type { JobRecord } from '../../contracts/job';
import type { LetterDetail } from '../views';

/** The record of a letter's job. Records of version 0.1 lack some fields. */
export function viewJob(job: JobRecord): NonNullable<LetterDetail['job_record']> {
  const { _id, state, step, owner, source, attempts, replays = 0, mp3, createdAt } = job;
  return {
    id: _id,
    state,
    step,
    user: owner.address,
    source_name: source.name,
    source_bytes: source.bytes,
    attempts,
    replays,
    mp3: mp3?.fid.toHexString() ?? null,
    mail: (job as Partial<JobRecord>).mail ?? 'none',
    created_at: createdAt.toISOString(),
    finished_at: job.finishedAt?.toISOString() ?? null,
  };
}
