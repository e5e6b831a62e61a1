import { sweep } from '../../pipeline/sweeper/sweep';
import type { System } from './system';

/** Times in ids are whole seconds: with this, what is of this moment is old enough. */
const anyAgeMs = -2_000;

/** Takes away what no job needs, however young it is. */
export async function sweepAll({ mongo, databases }: System): Promise<void> {
  const { videos, mp3s, jobs } = databases;
  const names = {
    videos: videos.databaseName,
    mp3s: mp3s.databaseName,
    jobs: jobs.databaseName,
  };
  await sweep(mongo, names, anyAgeMs, { removesMost: true });
}
