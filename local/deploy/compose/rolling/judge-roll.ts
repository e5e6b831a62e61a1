import type { Finding } from '../../finding';
import type { LostRequest, RequestName } from './load';

export const rollChecks = [
  'request-lost',
  'nothing-sent',
  'job-lost',
  'job-unknown',
  'mail-count',
  'mp3-count',
  'not-rolled',
] as const;
export type RollCheck = (typeof rollChecks)[number];
export type RollFinding = Finding<RollCheck>;

export interface EndedJob {
  readonly id: string;
  readonly state: string;
  readonly fid: string | undefined;
}

export interface LoadEvidence {
  readonly sent: Readonly<Record<RequestName, number>>;
  readonly lost: readonly LostRequest[];
}

export interface JobEvidence {
  /** Jobs that an upload's answer named. */
  readonly accepted: readonly string[];
  /** Every job that there is, when nothing was under way any more. */
  readonly jobs: readonly EndedJob[];
  /** File ids, one for each mail to the listener. */
  readonly mailed: readonly string[];
  /** Files in the bucket of MP3s. */
  readonly mp3s: number;
}

/** What a deployer's listeners would have noticed. A load that did not ask has noticed nothing. */
export function judgeLoad({ sent, lost }: LoadEvidence): RollFinding[] {
  const silent = Object.entries(sent).filter(([, count]) => count === 0);
  return [
    ...silent.map(([request]) => ({
      check: 'nothing-sent' as const,
      where: request,
      problem: 'expected some during the roll, got 0',
    })),
    ...lost.map(({ request, during, at, ms, problem }) => ({
      check: 'request-lost' as const,
      where: `${request} during ${during}`,
      problem: `expected 200, got ${problem} after ${ms} ms at ${at.toISOString()}`,
    })),
  ];
}

/** Nothing that was accepted may be lost, and nothing done twice. */
export function judgeJobs({ accepted, jobs, mailed, mp3s }: JobEvidence): RollFinding[] {
  const found: RollFinding[] = [];
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const id of accepted) {
    const job = byId.get(id);
    if (job?.state === 'ready') continue;
    const problem = `accepted; expected to end as ready, got ${job?.state ?? 'no record'}`;
    found.push({ check: 'job-lost', where: id, problem });
  }
  const named = new Set(accepted);
  // A client that got no answer may not be told, but then its request counts as lost.
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

export interface RolledContainer {
  readonly name: string;
  readonly image: string;
}

/** @param version that each of a service's containers is expected to have */
export function judgeRolled(
  service: string,
  containers: readonly RolledContainer[],
  version: string,
): RollFinding[] {
  if (containers.length === 0) {
    return [{ check: 'not-rolled', where: service, problem: 'none of its containers runs' }];
  }
  return containers
    .filter(({ image }) => !image.endsWith(`:${version}`))
    .map(({ name, image }) => ({
      check: 'not-rolled',
      where: service,
      problem: `expected ${version}, ${name} is still ${image}`,
    }));
}
