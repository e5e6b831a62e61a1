import { MongoClient, ObjectId, type Collection, type Db } from 'mongodb';
import { newJob, type JobOwner, type JobRecord } from '../../contracts/job';
import { ensureJobIndexes, jobCollection } from '../../contracts/job-collection';
import { buildTopology } from '../../contracts/topology';
import { freePort } from '../../local/free-port';
import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { loadConfig } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import { relaySettings } from '../config';
import { startRelay } from './start-relay';

type Settings = Readonly<Record<string, string>>;

/** A virtual host and databases of its own, and relays on them. */
export class RelaySystem {
  readonly retryDelaysMs = [60_000];
  readonly topology = buildTopology({ video: 'video', mp3: 'mp3' }, this.retryDelaysMs);
  readonly jobs: Collection<JobRecord>;
  readonly #running = new Set<RunningProcess>();

  private constructor(
    readonly broker: TestBroker,
    readonly mongo: MongoClient,
    readonly database: Db,
    private readonly mongoUrl: string,
  ) {
    this.jobs = jobCollection(database);
  }

  static async open(): Promise<RelaySystem> {
    const broker = await openTestBroker();
    const mongoUrl = await testMongoUrl();
    const mongo = await MongoClient.connect(mongoUrl);
    const database = mongo.db(uniqueName('jobs'));
    await ensureJobIndexes(database);
    const system = new RelaySystem(broker, mongo, database, mongoUrl);
    for (const { name, arguments: queueArguments } of system.topology.queues) {
      await broker.channel.assertQueue(name, { arguments: queueArguments });
    }
    return system;
  }

  async environment(settings: Settings = {}): Promise<Settings> {
    const name = this.database.databaseName;
    return {
      RABBITMQ_URL: this.broker.vhost.url,
      MONGO_URL: this.mongoUrl,
      JOBS_DATABASE: name,
      VIDEOS_DATABASE: `${name}_videos`,
      MP3S_DATABASE: `${name}_mp3s`,
      RETRY_DELAYS_MS: this.retryDelaysMs.join(','),
      MAX_QUEUED_PER_OWNER: '2',
      RELAY_EVERY_MS: '50',
      RELAY_LEASE_MS: '1000',
      LOST_AFTER_MS: '500',
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: String(await freePort()),
      LOG_LEVEL: 'silent',
      ...settings,
    };
  }

  /** @returns its admin port. */
  async start(settings: Settings = {}): Promise<{ adminPort: number; stop(): Promise<void> }> {
    const config = loadConfig('relay', relaySettings, await this.environment(settings));
    const relay = await startRelay(config);
    this.#running.add(relay);
    return {
      adminPort: config.adminPort,
      stop: async () => {
        this.#running.delete(relay);
        await relay.stop();
      },
    };
  }

  /** A job as the gateway accepts it; held unless `change` says otherwise. */
  async accept(owner: JobOwner, change: Partial<JobRecord> = {}): Promise<JobRecord> {
    const source = { fid: new ObjectId(), name: 'a.mp4', bytes: 1 };
    const createdAt = change.createdAt ?? new Date(Date.now() - 60_000);
    const job = { ...newJob(source.fid.toHexString(), owner, source, createdAt), ...change };
    await this.jobs.insertOne(job);
    return job;
  }

  /** Message ids of what waits in each queue that has any; the messages are taken off. */
  async takeIds(): Promise<Record<string, string[]>> {
    const ids: Record<string, string[]> = {};
    for (const { name } of this.topology.queues) {
      const messages = await this.broker.takeAll(name);
      if (messages.length > 0) {
        ids[name] = messages.map(({ properties }) => String(properties.messageId));
      }
    }
    return ids;
  }

  async stopRelays(): Promise<void> {
    await Promise.all([...this.#running].map((relay) => relay.stop()));
    this.#running.clear();
  }

  /** Between tests: no relay, no job, no message. */
  async clear(): Promise<void> {
    await this.stopRelays();
    await this.jobs.deleteMany({});
    await this.takeIds();
  }

  async close(): Promise<void> {
    await this.clear();
    for (const suffix of ['', '_videos', '_mp3s']) {
      await this.mongo.db(`${this.database.databaseName}${suffix}`).dropDatabase();
    }
    await this.mongo.close();
    await this.broker.close();
  }
}

/** What a relay says of itself: `/readyz`. */
export async function standing(adminPort: number): Promise<{ ready: boolean; relay: string }> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
  const report = (await response.json()) as { conditions: { relay: { detail: string } } };
  return { ready: response.ok, relay: report.conditions.relay.detail.replace(/:.*/, '') };
}

/** Values of the lines of `/metrics` that begin with a name. */
export async function metricLines(adminPort: number, name: string): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
}
