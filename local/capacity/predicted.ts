import type { Measured } from './measured';
import { slotCpuSeconds, slotSeconds } from './model';
import { brokerMessagesPerJob, mongoOperationsPerJob } from './per-job';
import { referenceWorkload } from './workload';

/** What the model says of queued jobs that it was not calibrated with, all of them together. */
export function predictDrain(
  { rates, drain: { mix } }: Pick<Measured, 'rates' | 'drain'>,
  { jobs, slots }: Pick<Measured['drain']['runs'][number], 'jobs' | 'slots'>,
): { readonly seconds: number; readonly cpuSeconds: number } {
  const workload = {
    ...referenceWorkload,
    mp3KilobitsPerSecond: mix.mp3KilobitsPerSecond,
    audioMinutes: { mean: mix.audioMinutes, squaredCv: 0 },
    videoMegabytes: { mean: mix.videoMegabytes, squaredCv: 0 },
  };
  return {
    seconds: (slotSeconds(workload, rates).mean * jobs) / slots,
    cpuSeconds: slotCpuSeconds(workload, rates) * jobs,
  };
}

/** What the code asks of the servers for the clip that was measured. */
export function countPerJob({
  perJob: { clip },
}: Pick<Measured, 'perJob'>): Readonly<Record<keyof Measured['perJob']['seen'], number>> {
  const { published, acknowledged } = brokerMessagesPerJob;
  const { total } = mongoOperationsPerJob(clip.videoBytes, clip.mp3Bytes, clip.attemptSeconds);
  return { mongoOperations: total, published, acknowledged };
}
