import { connect } from 'amqplib';
import { ObjectId, type MongoClient } from 'mongodb';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { defaultDatabases, fileMark, openBucket } from '../../../contracts/gridfs';
import { headerNames } from '../../../contracts/headers';
import { newJob, type JobRecord, type StepName } from '../../../contracts/job';
import { jobCollection } from '../../../contracts/job-collection';
import { jobHeaders } from '../../../contracts/job-headers';
import type { Daemon } from '../../daemon/daemon';
import { startDaemon, stopDaemon } from '../../daemon/supervisor';
import { processEnvironment } from '../../processes/process-environment';
import { createNodeProcess, createProductProcess } from '../../processes/product-process';
import { queueNames } from '../../queue-names';
import { amqpUrl } from '../../servers/rabbitmq-urls';
import type { StackConfig } from '../../stack-config';
import type { Medium } from './make-media';
import { type Cost, type Observer, sumsOf } from './observe';
import { until } from './until';

/** A source that is in GridFS. */
export interface StoredMedium extends Medium {
  readonly fid: ObjectId;
}

export interface Drained {
  readonly jobs: number;
  readonly slots: number;
  /** From the first start to the last end, by the clock of MongoDB. */
  readonly seconds: number;
  /** Time of all jobs in each step that ended well. */
  readonly stepSeconds: Readonly<Record<StepName, number>>;
  /** CPU time of the encodes alone. */
  readonly encodeCpuSeconds: number;
  /** Of all MP3s. */
  readonly mp3Bytes: number;
  /** Until the last mail was out. */
  readonly cost: Cost;
}

const steps = ['fetch-video', 'transcode', 'store-mp3', 'emit-done'] as const;

export async function store(mongo: MongoClient, medium: Medium): Promise<StoredMedium> {
  const fid = new ObjectId();
  const mark = { metadata: fileMark(fid.toHexString(), null) };
  const bucket = openBucket(mongo, defaultDatabases.videos);
  const upload = bucket.openUploadStreamWithId(fid, medium.name, mark);
  await pipeline(createReadStream(medium.path), upload);
  return { ...medium, fid };
}

/** Ends the converter that runs, if one does. */
export async function stopConverter(config: StackConfig): Promise<void> {
  await stopDaemon(config, createProductProcess(config, 'converter'));
}

function converterWith(config: StackConfig, slots: number): Daemon {
  return createNodeProcess(config, {
    name: 'converter',
    entry: 'dist/pipeline/converter-main.js',
    environment: () => ({
      ...processEnvironment(config, 'converter'),
      CONCURRENCY: String(slots),
    }),
    ports: [],
    adminPort: config.ports.converterAdmin,
  });
}

/** Lets a converter of so many slots work off one job for each of the videos, in their order. */
export async function drain(
  config: StackConfig,
  observer: Observer,
  videos: readonly StoredMedium[],
  slots: number,
): Promise<Drained> {
  await stopConverter(config);
  await startDaemon(config, converterWith(config, slots));
  const metrics = `http://127.0.0.1:${config.ports.converterAdmin}/metrics`;
  const jobs = jobCollection(observer.mongo.db(defaultDatabases.jobs));
  const records = videos.map(recordOf);
  const ids = { _id: { $in: records.map(({ _id }) => _id) } };
  const before = await sumsOf(metrics);
  const cost = await observer.cost(async () => {
    await jobs.insertMany(records);
    await publish(config, records);
    const ended = { ...ids, mail: { $in: ['sent' as const, 'dead' as const] } };
    await until(
      `mails about ${records.length} jobs`,
      async () => (await jobs.countDocuments(ended)) === records.length,
    );
  });
  const after = await sumsOf(metrics);
  const done = await jobs.find(ids).toArray();
  const failed = done.find(({ state }) => state !== 'ready');
  if (failed !== undefined) {
    throw new Error(`job ${failed._id} came to ${failed.state}: ${JSON.stringify(failed)}`);
  }
  const times = (of: (job: JobRecord) => Date | null) =>
    done.map((job) => of(job)?.getTime() ?? NaN);
  const begin = Math.min(...times(({ startedAt }) => startedAt));
  const end = Math.max(...times(({ finishedAt }) => finishedAt));
  const sumOf = (step: StepName) => {
    const labels = ['step_duration_seconds_sum', `step="${step}"`, 'result="ok"'] as const;
    return after(...labels) - before(...labels);
  };
  return {
    jobs: records.length,
    slots,
    seconds: (end - begin) / 1_000,
    stepSeconds: Object.fromEntries(steps.map((step) => [step, sumOf(step)])) as Record<
      StepName,
      number
    >,
    encodeCpuSeconds: after('ffmpeg_cpu_seconds_total') - before('ffmpeg_cpu_seconds_total'),
    mp3Bytes: done.reduce((sum, { mp3 }) => sum + (mp3?.bytes ?? 0), 0),
    cost,
  };
}

/** Two jobs of each owner: none is held. */
function recordOf({ fid, name, bytes }: StoredMedium, index: number): JobRecord {
  const user = Math.floor(index / 2);
  const owner = { id: `listener-${user}`, address: `listener${user}@example.com` };
  const now = new Date();
  const job = newJob(new ObjectId().toHexString(), owner, { fid, name, bytes }, now);
  return { ...job, publishedAt: now };
}

async function publish(config: StackConfig, jobs: readonly JobRecord[]): Promise<void> {
  const connection = await connect(amqpUrl(config));
  try {
    const channel = await connection.createConfirmChannel();
    for (const job of jobs) {
      const { _id, source, owner, attempts } = job;
      const fid = source.fid.toHexString();
      const body = { video_fid: fid, mp3_fid: null, username: owner.address, job_id: _id };
      channel.sendToQueue(queueNames.video, Buffer.from(JSON.stringify(body)), {
        persistent: true,
        messageId: _id,
        headers: { ...jobHeaders(job), [headerNames.attempt]: attempts },
      });
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
