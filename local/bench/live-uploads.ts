import type { Collection } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { Listener } from '../e2e/listener';
import { eventually } from '../test-broker';
import { median } from './median-ms';

/** An upload of a listener who waits for it. */
export interface LiveUpload {
  /** From accepted to the start of its conversion. */
  readonly waitedMs: number;
  /** Replays that started between its way to the queue and its own start. */
  readonly replaysBefore: number;
}

export interface LiveUploads {
  readonly uploads: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly mostReplaysBefore: number;
}

/** Uploads one video and waits until it is worked on. */
export async function uploadLive(
  jobs: Collection<JobRecord>,
  listener: Listener,
  video: string,
): Promise<LiveUpload> {
  const id = await listener.submit(video);
  const job = await eventually(
    `start of job ${id}`,
    async () => {
      const found = await jobs.findOne({ _id: id });
      return found === null || found.startedAt === null || found.publishedAt === null
        ? undefined
        : { ...found, startedAt: found.startedAt, publishedAt: found.publishedAt };
    },
    300_000,
  );
  const { createdAt, publishedAt, startedAt } = job;
  return {
    waitedMs: startedAt.getTime() - createdAt.getTime(),
    replaysBefore: await jobs.countDocuments({
      replays: { $gt: 0 },
      startedAt: { $gt: publishedAt, $lt: startedAt },
    }),
  };
}

export function summarize(uploads: readonly LiveUpload[]): LiveUploads {
  return {
    uploads: uploads.length,
    medianMs: median(uploads.map(({ waitedMs }) => waitedMs)),
    slowestMs: Math.max(...uploads.map(({ waitedMs }) => waitedMs)),
    mostReplaysBefore: Math.max(...uploads.map(({ replaysBefore }) => replaysBefore)),
  };
}
