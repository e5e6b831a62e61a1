import { setTimeout as delay } from 'node:timers/promises';
import { type Collection, type GridFSBucket, MongoClient } from 'mongodb';
import { type DatabaseNames, openBucket } from '../contracts/gridfs';
import type { JobRecord } from '../contracts/job';
import { ensureJobIndexes, jobCollection } from '../contracts/job-collection';
import type { Logger } from '../observability/logger';
import type { Condition } from '../observability/readiness';
import { VideoUpload } from './video-store';

export interface MongoTimeouts {
  readonly selectMs: number;
  readonly socketMs: number;
}

const retryMs = 1_000;

/** The gateway's side of MongoDB: connects, and stays connected by itself. */
export class Mongo {
  readonly #client: MongoClient;
  readonly #closing = new AbortController();
  readonly #starting: Promise<void>;
  #problem: string | undefined = 'not connected yet';
  readonly jobs: Collection<JobRecord>;
  readonly mp3s: GridFSBucket;

  constructor(
    url: string,
    private readonly names: DatabaseNames,
    timeouts: MongoTimeouts,
    private readonly logger: Logger,
  ) {
    this.#client = new MongoClient(url, {
      appName: 'gateway',
      serverSelectionTimeoutMS: timeouts.selectMs,
      connectTimeoutMS: timeouts.selectMs,
      socketTimeoutMS: timeouts.socketMs,
    });
    // As for files: what we have said yes to must survive a crash of the server a moment later.
    const database = this.#client.db(names.jobs, { writeConcern: { journal: true } });
    this.jobs = jobCollection(database);
    this.mp3s = openBucket(this.#client, names.mp3s);
    this.#starting = this.#start(() => ensureJobIndexes(database));
  }

  beginUpload(): VideoUpload {
    return new VideoUpload(this.#client, this.names.videos);
  }

  /** @throws the driver's error when no server answers in time. */
  async ping(): Promise<void> {
    await this.#client.db(this.names.videos).command({ ping: 1 });
  }

  async condition(): Promise<Condition> {
    if (this.#problem !== undefined) return { ok: false, detail: this.#problem };
    await this.ping();
    return { ok: true, detail: 'answers' };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
    await this.#starting;
  }

  /**
   * MongoDB may be away when we start. The driver reconnects by itself for ever, but only after a
   * first connect that succeeded: an operation on a client that never was connected fails with
   * "Topology is closed" from then on (mongodb 7.9).
   */
  async #start(ensureIndexes: () => Promise<void>): Promise<void> {
    const closing = () => this.#closing.signal.aborted;
    while (!closing()) {
      try {
        await this.#client.connect();
        await ensureIndexes();
        this.#problem = undefined;
        return;
      } catch (error) {
        if (closing()) return;
        const problem = Error.isError(error) ? error.message : String(error);
        if (problem !== this.#problem)
          this.logger.warn({ problem }, 'mongodb: cannot start using it');
        this.#problem = problem;
        await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }
}
