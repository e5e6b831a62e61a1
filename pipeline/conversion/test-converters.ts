import { MongoClient, type Collection, type GridFSBucket } from 'mongodb';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openBucket } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import type { JobRecord } from '../../contracts/job';
import { freePort } from '../../local/free-port';
import { makeSample } from '../../local/sample-media';
import { eventually } from '../../local/test-broker';
import { uniqueName } from '../../local/test-stack';
import { loadConfig } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import { converterSettings } from '../config';
import type { ConverterParts } from './assemble-converter';
import { startConverter } from './start-converter';
import { startPlainConverter } from './test-plain-converter';

/** Converters for a test, started in its process, and what the test sees of their work. */
export interface TestConverters {
  readonly directory: string;
  /** A video of two seconds. */
  readonly sample: string;
  readonly jobs: Collection<JobRecord>;
  /** Asks a converter's `/readyz`. */
  ready(converter: TestConverter): Promise<ReadyReport>;
  start(
    settings?: Record<string, string>,
    alter?: (parts: ConverterParts) => ConverterParts,
  ): Promise<TestConverter>;
  /**
   * Starts a converter on a plain consumer of its own, without Nest, of which a process can have
   * only one at a time.
   */
  startPlain(alter: (parts: ConverterParts) => ConverterParts): Promise<void>;
  /** Stores a video as the tutorial does and returns the message about it. */
  storeVideo(path?: string): Promise<{ video_fid: string; mp3_fid: null; username: string }>;
  jobIn(state: JobRecord['state'], id: string): Promise<JobRecord>;
  mp3Count(): Promise<number>;
  /** Stops every converter started here that still runs, and drops the databases. */
  close(): Promise<void>;
}

export interface TestConverter extends RunningProcess {
  readonly adminPort: number;
}

export interface ReadyReport {
  readonly status: number;
  readonly conditions: Readonly<Record<string, { ok: boolean; detail: string }>>;
}

export async function testConverters(
  rabbitmqUrl: string,
  mongoUrl: string,
  retryDelaysMs: readonly number[],
): Promise<TestConverters> {
  const databases = {
    VIDEOS_DATABASE: uniqueName('videos'),
    MP3S_DATABASE: uniqueName('mp3s'),
    JOBS_DATABASE: uniqueName('jobs'),
  };
  const mongo = await MongoClient.connect(mongoUrl);
  const videos: GridFSBucket = openBucket(mongo, databases.VIDEOS_DATABASE);
  const jobs = jobCollection(mongo.db(databases.JOBS_DATABASE));
  const directory = await mkdtemp(join(tmpdir(), 'converters-test-'));
  const sample = join(directory, 'sample.mp4');
  await makeSample(sample, { seconds: 2 });
  const running = new Set<RunningProcess>();
  const settingsOf = (settings: Record<string, string>) =>
    loadConfig('converter', converterSettings, {
      RABBITMQ_URL: rabbitmqUrl,
      MONGO_URL: mongoUrl,
      ...databases,
      RETRY_DELAYS_MS: retryDelaysMs.join(','),
      WORK_DIR: join(directory, 'work'),
      ADMIN_HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      ...settings,
    });
  return {
    directory,
    sample,
    jobs,
    async ready({ adminPort }) {
      const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
      const { conditions } = (await response.json()) as Pick<ReadyReport, 'conditions'>;
      return { status: response.status, conditions };
    },
    async start(settings = {}, alter) {
      const adminPort = await freePort();
      const config = settingsOf({ ADMIN_PORT: String(adminPort), ...settings });
      const started = await startConverter(config, alter);
      const converter: TestConverter = {
        adminPort,
        async stop() {
          if (running.delete(converter)) await started.stop();
        },
      };
      running.add(converter);
      return converter;
    },
    async startPlain(alter) {
      await mkdir(join(directory, 'work'), { recursive: true });
      running.add(await startPlainConverter(rabbitmqUrl, mongo, settingsOf({}), alter));
    },
    async storeVideo(path = sample) {
      const upload = videos.openUploadStream('video');
      await pipeline(createReadStream(path), upload);
      return { video_fid: upload.id.toHexString(), mp3_fid: null, username: 'a@example.com' };
    },
    jobIn: (state, id) =>
      eventually(
        `job ${id} in state ${state}`,
        async () => {
          const job = await jobs.findOne({ _id: id }).catch(() => null);
          return job?.state === state ? job : undefined;
        },
        40_000,
      ),
    mp3Count: () => mongo.db(databases.MP3S_DATABASE).collection('fs.files').countDocuments(),
    async close() {
      await Promise.all([...running].map((converter) => converter.stop()));
      for (const name of Object.values(databases)) await mongo.db(name).dropDatabase();
      await mongo.close();
      await rm(directory, { recursive: true });
    },
  };
}
