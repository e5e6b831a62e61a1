import { availableParallelism } from 'node:os';
import { jobCollection } from '../../contracts/job-collection';
import { openBucket } from '../../contracts/gridfs';
import type { ConfigOf } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import type { converterSettings } from '../config';
import { defaultMediaLimits } from '../media/media-limits';
import { mongoBreaker } from '../worker/mongo-breaker';
import { startWorker } from '../worker/start-worker';
import type { SettlingParts } from '../deliveries/deliveries';
import type { Publisher } from '../deliveries/publisher';
import type { ConversionSteps } from './convert-video';
import { Converter } from './converter';
import { ConverterModule } from './converter.module';
import { emitDone } from './emit-done';
import { fetchVideo } from './fetch-video';
import { JobClaims, type Claims } from './job-claims';
import { keepRemovingLeftovers } from './leftover-directories';
import { storeMp3 } from './store-mp3';
import { transcode } from './transcode';
import { WorkDisk } from './work-disk';

const leftoversEveryMs = 5 * 60_000;

/** What a test build may put something around, to break or interrupt it. */
export interface ConverterParts {
  readonly claims: Claims;
  /** For the news; deliveries are settled through another seam. */
  readonly publisher: Publisher;
  /** Is given the steps, which use the claims and the publisher above. */
  readonly steps: (steps: ConversionSteps) => ConversionSteps;
}

/** Puts the converter worker together and starts it. */
export function startConverter(
  config: ConfigOf<typeof converterSettings>,
  alter: (parts: ConverterParts) => ConverterParts = (parts) => parts,
  alterSettling?: (parts: SettlingParts) => SettlingParts,
): Promise<RunningProcess> {
  const concurrency = config.concurrency ?? availableParallelism();
  return startWorker(
    'converter',
    ['video'],
    concurrency,
    config,
    (parts) => {
      const { mongo, topology, metrics, log, worker, consumer, deliveries } = parts;
      const reads = mongoBreaker('gridfs-read', mongo);
      const writes = mongoBreaker('gridfs-write', mongo);
      const records = mongoBreaker('jobs', mongo);
      const videos = openBucket(mongo, config.videosDatabase);
      const mp3s = openBucket(mongo, config.mp3sDatabase);
      const jobs = jobCollection(mongo.db(config.jobsDatabase));
      const { claims, publisher, steps } = alter({
        claims: new JobClaims(jobs, records, worker, config.claimMs),
        publisher: parts.publisher,
        steps: (all) => all,
      });
      const disk = new WorkDisk(config.workDirectory);
      const stopCleaning = keepRemovingLeftovers(disk, claims, leftoversEveryMs, log);
      const limits = { ...defaultMediaLimits, maxDurationS: config.maxAudioS };
      const converter = new Converter({
        claims,
        steps: steps({
          fetchVideo: fetchVideo(videos, reads, config.fetchTimeoutMs),
          transcode: transcode(limits, config.transcodeTimeoutMs),
          storeMp3: storeMp3(mp3s, writes, claims, config.storeTimeoutMs),
          emitDone: emitDone(publisher, topology, claims, 2 * config.publishTimeoutMs),
        }),
        publisher,
        topology,
        metrics,
        worker,
        disk,
        maxAttempts: config.maxAttempts,
        // The renewal carries the progress, which somebody watches.
        renewEveryMs: Math.min(1_000, config.claimMs / 3),
      });
      return {
        module: ConverterModule.with(consumer, deliveries, converter),
        breakers: [reads, writes, records],
        requirements: [disk],
        stop: async () => {
          disk.stop();
          await stopCleaning();
        },
      };
    },
    alterSettling,
  );
}
