import { availableParallelism } from 'node:os';
import { jobCollection } from '../../contracts/job-collection';
import { openBucket } from '../../contracts/gridfs';
import { Breaker } from '../../observability/breaker';
import type { ConfigOf } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import type { converterSettings } from '../config';
import { defaultMediaLimits } from '../media/media-limits';
import { isMongoOutage } from '../../observability/mongo-outage';
import { startWorker } from '../worker/start-worker';
import { Converter } from './converter';
import { ConverterModule } from './converter.module';
import { emitDone } from './emit-done';
import { fetchVideo } from './fetch-video';
import { JobClaims } from './job-claims';
import { storeMp3 } from './store-mp3';
import { transcode } from './transcode';

/** Puts the converter worker together and starts it. */
export function startConverter(
  config: ConfigOf<typeof converterSettings>,
): Promise<RunningProcess> {
  const concurrency = config.concurrency ?? availableParallelism();
  return startWorker('converter', ['video'], concurrency, config, (parts) => {
    const { mongo, publisher, topology, metrics, worker, consumer, deliveries } = parts;
    const reads = new Breaker('gridfs-read', isMongoOutage);
    const writes = new Breaker('gridfs-write', isMongoOutage);
    const records = new Breaker('jobs', isMongoOutage);
    const videos = openBucket(mongo, config.videosDatabase);
    const mp3s = openBucket(mongo, config.mp3sDatabase);
    const jobs = jobCollection(mongo.db(config.jobsDatabase));
    const claims = new JobClaims(jobs, records, worker, config.claimMs);
    const limits = { ...defaultMediaLimits, maxDurationS: config.maxAudioS };
    const converter = new Converter({
      claims,
      steps: {
        fetchVideo: fetchVideo(videos, reads, config.fetchTimeoutMs),
        transcode: transcode(limits, config.transcodeTimeoutMs),
        storeMp3: storeMp3(mp3s, writes, claims, config.storeTimeoutMs),
        emitDone: emitDone(publisher, topology, claims, 2 * config.publishTimeoutMs),
      },
      publisher,
      topology,
      metrics,
      worker,
      workDirectory: config.workDirectory,
      maxAttempts: config.maxAttempts,
      // The renewal carries the progress, which somebody watches.
      renewEveryMs: Math.min(1_000, config.claimMs / 3),
    });
    return {
      module: ConverterModule.with(consumer, deliveries, converter),
      breakers: [reads, writes, records],
    };
  });
}
