import type { JobRecord } from '../../contracts/job';
import type { JobFacts } from './evidence';

export function factsOfJob(job: JobRecord): JobFacts {
  return {
    id: job._id,
    sourceName: job.source.name,
    state: job.state,
    attempts: job.attempts,
    mp3Fid: job.mp3?.fid.toHexString() ?? null,
    refusal: job.refusal?.reason ?? null,
    createdMs: job.createdAt.getTime(),
    finishedMs: job.finishedAt?.getTime() ?? null,
  };
}
