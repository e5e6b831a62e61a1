import type { Finding } from '../../finding';
import type { LostRequest } from './load';

export type RollCheck =
  'request-lost' | 'job-lost' | 'job-unknown' | 'mail-count' | 'mp3-count' | 'not-rolled';

export interface EndedJob {
  readonly id: string;
  readonly state: string;
  readonly fid: string | undefined;
}

export interface RollEvidence {
  readonly lost: readonly LostRequest[];
  /** Jobs that an upload's answer named. */
  readonly accepted: readonly string[];
  /** Every job that there is, when nothing was under way any more. */
  readonly jobs: readonly EndedJob[];
  /** File ids, one for each mail to the listener. */
  readonly mailed: readonly string[];
  /** Files in the bucket of MP3s. */
  readonly mp3s: number;
}

/** What a deployer's listeners would have noticed: nothing may be lost and nothing done twice. */
export function judgeRoll(evidence: RollEvidence): Finding<RollCheck>[] {
  const { lost, accepted, jobs, mailed, mp3s } = evidence;
  const found: Finding<RollCheck>[] = lost.map(({ request, during, at, ms, problem }) => ({
    check: 'request-lost',
    where: `${request} during ${during}`,
    problem: `expected 200, got ${problem} after ${ms} ms at ${at.toISOString()}`,
  }));
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const id of accepted) {
    const job = byId.get(id);
    if (job?.state === 'ready') continue;
    const problem = `accepted; expected to end as ready, got ${job?.state ?? 'no record'}`;
    found.push({ check: 'job-lost', where: id, problem });
  }
  const named = new Set(accepted);
  // A client that got no answer may not be told, but then its request counts as lost above.
  for (const { id, state } of jobs) {
    if (named.has(id)) continue;
    found.push({ check: 'job-unknown', where: id, problem: `no answer named this job (${state})` });
  }
  for (const { id, fid } of jobs) {
    const count = mailed.filter((name) => name === fid).length;
    if (count === 1) continue;
    found.push({ check: 'mail-count', where: id, problem: `expected one mail, got ${count}` });
  }
  const whole = jobs.filter(({ fid }) => fid !== undefined).length;
  if (mp3s !== whole) {
    const problem = `expected one for each of ${whole} jobs, got ${mp3s}`;
    found.push({ check: 'mp3-count', where: 'MP3s in GridFS', problem });
  }
  return found;
}
