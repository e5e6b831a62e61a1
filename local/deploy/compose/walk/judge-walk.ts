import type { ListenersJob } from '../stack/one-shot-listener';
import type { WalkFinding } from './check';
import type { ScrapeTargets } from './scrape-targets';

export interface QueuesStatus {
  readonly code: number;
  readonly printed: string;
  /** Queues of the work and their policies in its table. */
  readonly rows: number;
  readonly asDeclared: number;
}

/** @param printed by `queues status` */
export function readQueuesStatus(code: number, printed: string): QueuesStatus {
  const rows = printed.split('\n').filter((line) => /^│ (video|mp3)/.test(line));
  const asDeclared = rows.filter((line) => line.includes('as-declared')).length;
  return { code, printed, rows: rows.length, asDeclared };
}

export function judgeQueues({ code, printed, rows, asDeclared }: QueuesStatus): WalkFinding[] {
  if (code === 0 && rows > 0 && asDeclared === rows) return [];
  const problem = `expected all as declared, queues status ended with ${code}: ${printed}`;
  return [{ check: 'queues', where: 'rabbitmq', problem }];
}

export function judgeTargets({ up, down }: ScrapeTargets): WalkFinding[] {
  const without = [...up].filter(([, count]) => count === 0).map(([job]) => `${job}: no target`);
  const problems = [...down, ...without, ...(up.size === 0 ? ['no scrape job'] : [])];
  return problems.map((problem) => ({ check: 'target-down', where: 'prometheus', problem }));
}

/** A converter that is killed loses its attempt; with one only, the kill met nothing. */
export function judgeKill({ id, state, attempts }: KilledJob): WalkFinding[] {
  if (state === 'ready' && attempts >= 2) return [];
  const problem = `expected ready by attempt 2 or later, got ${state} by attempt ${attempts}`;
  return [{ check: 'kill-converter', where: id, problem }];
}

export type KilledJob = Pick<ListenersJob, 'id' | 'state' | 'attempts'>;

/** Jobs accepted before, during and after the broker's restart. */
export function judgeRestart(ended: readonly Pick<ListenersJob, 'id' | 'state'>[]): WalkFinding[] {
  return ended
    .filter(({ state }) => state !== 'ready')
    .map(({ id, state }) => ({
      check: 'restart-broker',
      where: id,
      problem: `expected ready, got ${state}`,
    }));
}

export interface AnnouncedJobs {
  readonly email: string;
  readonly jobs: readonly { readonly id: string; readonly fid: string | null }[];
  /** File ids, one for each mail to the listener. */
  readonly announced: readonly string[];
}

/** One mail for each job, and none for anything else. */
export function judgeMails({ email, jobs, announced }: AnnouncedJobs): WalkFinding[] {
  const found: WalkFinding[] = [];
  for (const { id, fid } of jobs) {
    const count = announced.filter((name) => name === fid).length;
    if (count === 1) continue;
    found.push({ check: 'mail', where: id, problem: `expected one mail, got ${count}` });
  }
  const known = new Set(jobs.map(({ fid }) => fid));
  for (const fid of announced) {
    if (known.has(fid)) continue;
    found.push({ check: 'mail', where: email, problem: `a mail of ${fid}, which no job made` });
  }
  return found;
}
