import {
  connect as connectAmqp,
  type ConfirmChannel,
  type ChannelModel,
  type GetMessage,
} from 'amqplib';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Db, MongoClient, ObjectId } from 'mongodb';
import { openBucket } from '../contracts/gridfs';
import { type JobOwner, type JobRecord, newJob } from '../contracts/job';
import { jobCollection } from '../contracts/job-collection';
import { uniqueName } from '../local/test-stack';
import { loadConfig } from '../observability/config';
import { createLogger } from '../observability/logger';
import type { Condition, ReadinessReport } from '../observability/readiness';
import { createApp, type Gateway } from './app';
import { gatewayRelations, gatewaySettings } from './config';
import { AuthStandIn } from './test-auth-stand-in';

/** A gateway on real servers, with databases of its own, and a look into what it leaves there. */
export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly auth: AuthStandIn;
  readonly stores: TestStores;
  /** JSON lines logged so far. */
  readonly log: Record<string, unknown>[];
  /** Stops the gateway alone, as SIGTERM does. */
  stop(): Promise<void>;
  /** Stops what is left and drops the databases. */
  close(): Promise<void>;
}

export interface TestStores {
  readonly client: MongoClient;
  readonly videos: Db;
  readonly mp3s: Db;
  readonly jobs: ReturnType<typeof jobCollection>;
  drop(): Promise<void>;
}

export function openTestStores(mongoUrl: string): TestStores {
  // As the product writes: what is stored is there after a crash of the server.
  const client = new MongoClient(mongoUrl, { journal: true });
  const videos = client.db(uniqueName('videos'));
  const mp3s = client.db(uniqueName('mp3s'));
  const jobsDatabase = client.db(uniqueName('jobs'));
  return {
    client,
    videos,
    mp3s,
    jobs: jobCollection(jobsDatabase),
    drop: async () => {
      for (const database of [videos, mp3s, jobsDatabase]) await database.dropDatabase();
      await client.close();
    },
  };
}

export async function startTestGateway(
  servers: { readonly mongoUrl: string; readonly rabbitmqUrl: string },
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const auth = new AuthStandIn();
  await auth.start();
  const stores = openTestStores(servers.mongoUrl);
  const { log, logger } = collectLog();
  const app = createTestApp(servers, auth, stores, environment, logger);
  const { port, adminPort } = await app.start();
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    adminUrl,
    auth,
    stores,
    log,
    stop: () => app.stop(),
    close: async () => {
      await app.stop();
      await auth.stop();
      await stores.drop();
    },
  };
}

function createTestApp(
  servers: { readonly mongoUrl: string; readonly rabbitmqUrl: string },
  auth: AuthStandIn,
  stores: TestStores,
  environment: Readonly<Record<string, string>>,
  logger: ReturnType<typeof createLogger>,
): Gateway {
  const settings = {
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    AUTH_SVC_ADDRESS: auth.address,
    MONGO_URL: servers.mongoUrl,
    RABBITMQ_URL: servers.rabbitmqUrl,
    VIDEOS_DATABASE: stores.videos.databaseName,
    MP3S_DATABASE: stores.mp3s.databaseName,
    JOBS_DATABASE: stores.jobs.dbName,
    STOP_TIMEOUT_MS: '10000',
    ...environment,
  };
  const config = loadConfig('gateway', gatewaySettings, settings, gatewayRelations);
  return createApp({ config, logger });
}

function collectLog() {
  const log: Record<string, unknown>[] = [];
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      log.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log, logger: createLogger('gateway', 'debug', destination) };
}

/** What `/readyz` says of one part. */
export async function conditionOf({ adminUrl }: TestGateway, part: string): Promise<Condition> {
  const report = (await (await fetch(`${adminUrl}/readyz`)).json()) as ReadinessReport;
  return report.conditions[part] ?? { ok: false, detail: 'not reported' };
}

/** Ready, and with the broker that it could do without. */
export async function whenReady(gateway: TestGateway): Promise<void> {
  const { adminUrl } = gateway;
  await until('the gateway is ready', async () => (await fetch(`${adminUrl}/readyz`)).ok);
  await until('the broker is there', async () => (await conditionOf(gateway, 'rabbitmq')).ok);
}

/** Waits for a condition by asking again, and ends before the test's own limit, which names nothing. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a gateway may leave behind, counted; all zero after a refused upload. */
export async function countLeftovers({ stores }: TestGateway) {
  return {
    files: await stores.videos.collection('fs.files').countDocuments(),
    chunks: await stores.videos.collection('fs.chunks').countDocuments(),
    jobs: await stores.jobs.countDocuments(),
  };
}

export const nothing = { files: 0, chunks: 0, jobs: 0 };

/** Takes what is in a queue, for looking at it. */
export class TestQueues {
  private constructor(
    private readonly connection: ChannelModel,
    readonly channel: ConfirmChannel,
  ) {}

  static async open(url: string): Promise<TestQueues> {
    const connection = await connectAmqp(url);
    return new TestQueues(connection, await connection.createConfirmChannel());
  }

  async takeAll(queue: string): Promise<GetMessage[]> {
    const taken: GetMessage[] = [];
    for (;;) {
      const message = await this.channel.get(queue, { noAck: true });
      if (message === false) return taken;
      taken.push(message);
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

/** A finished job with its MP3, as the converter leaves it. */
export async function storeFinishedJob(
  { stores }: TestGateway,
  owner: JobOwner,
  sourceName: string | null,
  mp3: Buffer,
): Promise<{ jobId: string; fid: string }> {
  const upload = openBucket(stores.client, stores.mp3s.databaseName).openUploadStream('any');
  upload.end(mp3);
  await finished(upload);
  const source = { fid: new ObjectId(), name: sourceName, bytes: 1 };
  const job: JobRecord = {
    ...newJob(source.fid.toHexString(), owner, source, new Date()),
    state: 'ready',
    mp3: { fid: upload.id, bytes: mp3.length, durationMs: 1000 },
  };
  await stores.jobs.insertOne(job);
  return { jobId: job._id, fid: upload.id.toHexString() };
}
