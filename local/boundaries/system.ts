import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { MongoClient, type Db, type ObjectId } from 'mongodb';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { headerNames } from '../../contracts/headers';
import { jobCollection } from '../../contracts/job-collection';
import { fileMark, openBucket } from '../../contracts/gridfs';
import { buildTopology } from '../../contracts/topology';
import { AuthStandIn } from '../../gateway/test-auth-stand-in';
import { queueNames } from '../queue-names';
import { systemPath } from '../servers/system-path';
import type { TestInbox } from '../test-inbox';
import { createVhost, testMongoUrl, testStackConfig, uniqueName, useInbox } from '../test-stack';
import { ProcessUnderTest, type ProcessOptions } from './process-under-test';
import type { ProcessAtBoundaries } from './boundary';

export const maxAttempts = 4;
const retryDelaysMs = [100, 200] as const;

/** The product's own entry files. */
const productEntries: Readonly<Record<ProcessAtBoundaries, string>> = {
  gateway: 'dist/gateway/main.js',
  relay: 'dist/pipeline/relay-main.js',
  converter: 'dist/pipeline/converter-main.js',
  notification: 'dist/pipeline/notification-main.js',
};

/** Settings that make seconds of what are minutes elsewhere. */
const shortTimes = {
  LOG_LEVEL: 'info',
  RETRY_DELAYS_MS: retryDelaysMs.join(','),
  CLAIM_MS: '1500',
  MAX_ATTEMPTS: String(maxAttempts),
  PUBLISH_TIMEOUT_MS: '2000',
  STOP_TIMEOUT_MS: '10000',
  CONCURRENCY: '32',
  MAIL_CONCURRENCY: '32',
  MAX_QUEUED_PER_OWNER: '32',
  RELAY_EVERY_MS: '200',
  LOST_AFTER_MS: '2000',
  RELAY_LEASE_MS: '1000',
};

/** The servers that all suites share, with a virtual host, databases and a directory of its own. */
export class System {
  readonly topology = buildTopology(queueNames, retryDelaysMs);
  readonly #running = new Set<ProcessUnderTest>();

  private constructor(
    readonly name: string,
    readonly mongo: MongoClient,
    readonly databases: Readonly<Record<'videos' | 'mp3s' | 'jobs', Db>>,
    readonly inbox: TestInbox,
    readonly auth: AuthStandIn,
    readonly workDirectory: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly broker: ChannelModel,
    readonly channel: ConfirmChannel,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param name Tells this run's logs from others'. */
  static async open(
    name: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<System> {
    const [vhost, mongoUrl, inbox] = await Promise.all([
      createVhost('boundaries'),
      testMongoUrl(),
      useInbox(),
    ]);
    const mongo = await MongoClient.connect(mongoUrl);
    const names = ['videos', 'mp3s', 'jobs'].map(uniqueName);
    const [videos = '', mp3s = '', jobs = ''] = names;
    const databases = { videos: mongo.db(videos), mp3s: mongo.db(mp3s), jobs: mongo.db(jobs) };
    const auth = new AuthStandIn();
    await auth.start();
    const workDirectory = await mkdtemp(join(tmpdir(), 'boundaries-'));
    const environment = {
      PATH: systemPath,
      LANG: 'C.UTF-8',
      HOME: workDirectory,
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: '0',
      RABBITMQ_URL: vhost.url,
      MONGO_URL: mongoUrl,
      JOBS_DATABASE: jobs,
      VIDEOS_DATABASE: videos,
      MP3S_DATABASE: mp3s,
      AUTH_SVC_ADDRESS: auth.address,
      WORK_DIR: join(workDirectory, 'work'),
      SMTP_URL: inbox.smtpUrl,
      MAIL_FROM: 'video-to-mp3@example.com',
      ...shortTimes,
      ...settings,
    };
    const broker = await connect(vhost.url);
    const channel = await broker.createConfirmChannel();
    await mkdir(environment.WORK_DIR, { recursive: true });
    const system = new System(
      name,
      mongo,
      databases,
      inbox,
      auth,
      environment.WORK_DIR,
      environment,
      broker,
      channel,
      async () => {
        for (const database of Object.values(databases)) await database.dropDatabase();
        await vhost.drop();
        await rm(workDirectory, { recursive: true, force: true });
      },
    );
    await declareTopology(broker, system.topology);
    return system;
  }

  get jobs() {
    return jobCollection(this.databases.jobs);
  }

  /** Starts one of the product's processes, or another build of it. */
  async start(
    role: ProcessAtBoundaries,
    build: Partial<Pick<ProcessOptions, 'entry' | 'orders'>> & {
      /** Told apart in the names of the logs. */
      readonly label?: string;
      readonly proxied?: boolean;
    } = {},
  ): Promise<ProcessUnderTest> {
    const { ports } = testStackConfig();
    const { entry = productEntries[role], label = 'clean', proxied = false, orders = [] } = build;
    const process = await ProcessUnderTest.start({
      name: `boundaries ${this.name} ${role} ${label}`,
      entry,
      environment: this.environment,
      orders,
      proxied: proxied ? [ports.amqp, ports.mongodb, ports.smtp] : [],
    });
    this.#running.add(process);
    return process;
  }

  /** Starts processes as they are, and waits until they work. */
  async startAll(roles: readonly ProcessAtBoundaries[]): Promise<void> {
    await Promise.all(roles.map(async (role) => (await this.start(role)).ready()));
  }

  /** Stores a video as the gateway does. */
  async storeVideo(fid: ObjectId, video: Buffer): Promise<void> {
    const upload = openBucket(
      this.mongo,
      this.databases.videos.databaseName,
    ).openUploadStreamWithId(fid, 'video.mp4', { metadata: fileMark(fid.toHexString(), null) });
    await finished(upload.end(video));
  }

  async publish(queue: string, messageId: string, jobId: string, body: object): Promise<void> {
    this.channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), {
      persistent: true,
      messageId,
      headers: { [headerNames.jobId]: jobId },
    });
    await this.channel.waitForConfirms();
  }

  /** Messages that wait in each queue that has any. */
  async waiting(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { name } of this.topology.queues) {
      const { messageCount } = await this.channel.checkQueue(name);
      if (messageCount > 0) counts[name] = messageCount;
    }
    return counts;
  }

  /** SIGTERM to every process that runs. @throws unless each ends with 0 */
  async stopProcesses(): Promise<void> {
    const running = [...this.#running].filter(({ ended }) => ended === undefined);
    await Promise.all(running.map((process) => process.stop()));
    this.#running.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((process) => process.kill()));
    await this.broker.close();
    await this.auth.stop();
    await this.drop();
    await this.mongo.close();
  }
}
