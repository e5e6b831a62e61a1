import { StackError } from '../../stack-error';
import { stopFfmpeg } from '../stack/slow-ffmpeg';
import { waitUntil } from '../wait-until';
import type { Situation } from './situation';

const anHourMs = 3_600_000;

/**
 * Workers are there and get nothing done, and uploads go on. One of the jobs that wait is made an
 * hour old in its record; it gets its time back before anybody takes it.
 */
export const hangingConversions: Situation = {
  name: 'conversions hang, one job is old',
  alerts: [{ name: 'BacklogGrowing', labels: { queue: 'video' } }, { name: 'OldestJobTooOld' }],
  begin: async ({ processes, traffic, jobs, signal }) => {
    const goOn = stopFfmpeg(() => processes.converterPids());
    await traffic.burst(14);
    const job = await waitUntil(
      'a job that waits',
      async () =>
        (await jobs.findOne(
          { state: 'queued', startedAt: null, finishedAt: null },
          { sort: { createdAt: -1 } },
        )) ?? undefined,
      { deadlineMs: 15_000, signal },
    );
    const createdAt = new Date(job.createdAt.getTime() - anHourMs);
    await jobs.updateOne({ _id: job._id }, { $set: { createdAt } });
    return async () => {
      const { matchedCount } = await jobs.updateOne(
        { _id: job._id, startedAt: null },
        { $set: { createdAt: job.createdAt } },
      );
      await goOn();
      if (matchedCount === 0) throw new StackError(`job ${job._id} began while conversions hung`);
    };
  },
};
