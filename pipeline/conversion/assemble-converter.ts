import { openBucket } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import type { Breaker } from '../../observability/breaker';
import type { ConfigOf } from '../../observability/config';
import type { converterSettings } from '../config';
import type { Requirement } from '../deliveries/gate';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { defaultMediaLimits } from '../media/media-limits';
import { sourceFacts } from '../media/source-facts';
import { mongoBreaker } from '../worker/mongo-breaker';
import type { WorkerParts } from '../worker/start-worker';
import type { ConversionSteps } from './convert-video';
import { Converter } from './converter';
import { emitDone } from './emit-done';
import { fetchVideo } from './fetch-video';
import { JobClaims, type Claims } from './job-claims';
import { countJobEnd } from './job-end';
import { keepRemovingLeftovers } from './leftover-directories';
import { showWorkDisk } from './show-work-disk';
import { storeMp3 } from './store-mp3';
import { transcode } from './transcode';
import { WorkDisk } from './work-disk';

const leftoversEveryMs = 5 * 60_000;

/** A dead letter does not wait long for what is only good to know. */
const factsTimeoutMs = 10_000;

/** What a test build may put something around, to break or interrupt it. */
export interface ConverterParts {
  readonly claims: Claims;
  /** For the news; deliveries are settled through another seam. */
  readonly publisher: Publisher;
  /** Is given the steps, which use the claims and the publisher above. */
  readonly steps: (steps: ConversionSteps) => ConversionSteps;
}

export interface AssembledConverter {
  readonly converter: Converter;
  readonly breakers: readonly Breaker[];
  readonly requirements: readonly Requirement[];
  readonly stop: () => Promise<void>;
}

/** Puts the converter together from what every worker has, without consuming anything. */
export function assembleConverter(
  parts: Pick<WorkerParts, 'mongo' | 'publisher' | 'topology' | 'metrics' | 'log' | 'worker'>,
  config: ConfigOf<typeof converterSettings>,
  alter: (parts: ConverterParts) => ConverterParts,
): AssembledConverter {
  const { mongo, topology, metrics, log, worker } = parts;
  const reads = mongoBreaker('gridfs-read', mongo);
  const writes = mongoBreaker('gridfs-write', mongo);
  const records = mongoBreaker('jobs', mongo);
  const videos = openBucket(mongo, config.videosDatabase);
  const mp3s = openBucket(mongo, config.mp3sDatabase);
  const jobs = jobCollection(mongo.db(config.jobsDatabase));
  const { claims, publisher, steps } = alter({
    claims: new JobClaims(jobs, records, worker, config.claimMs, (end) => {
      countJobEnd(end, metrics);
    }),
    publisher: parts.publisher,
    steps: (all) => all,
  });
  const disk = new WorkDisk(config.workDirectory);
  showWorkDisk(disk, metrics, log);
  const stopCleaning = keepRemovingLeftovers(disk, claims, leftoversEveryMs, log);
  const limits = { ...defaultMediaLimits, maxDurationS: config.maxAudioS };
  const factsLimits = { ...limits, probeTimeoutMs: factsTimeoutMs };
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
    sourceFacts: (path, signal) => sourceFacts(path, { limits: factsLimits, signal }),
    maxAttempts: config.maxAttempts,
    // The renewal carries the progress, which somebody watches.
    renewEveryMs: Math.min(1_000, config.claimMs / 3),
  });
  return {
    converter,
    breakers: [reads, writes, records],
    requirements: [disk],
    async stop() {
      disk.stop();
      await stopCleaning();
    },
  };
}
