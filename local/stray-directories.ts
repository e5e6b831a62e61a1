import type { Collection } from 'mongodb';
import type { JobRecord } from '../contracts/job';

/** What a worker keeps of a dead job, for its replay. */
const kept = /^kept\.(.+)$/;

/** Whether a directory in a work directory is said to be kept for a job's replay. */
export const isKept = (name: string): boolean => kept.test(name);

/** Directories in a work directory that nobody needs: of no attempt under way, of no dead job. */
export async function strayDirectories(
  names: readonly string[],
  jobs: Collection<JobRecord>,
): Promise<string[]> {
  const ids = names.flatMap((name) => kept.exec(name)?.[1] ?? []);
  const dead = await jobs.distinct('_id', { _id: { $in: ids }, state: 'dead' });
  return names.filter((name) => !dead.includes(kept.exec(name)?.[1] ?? ''));
}
