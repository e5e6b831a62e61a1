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

const indexRetryMs = 1_000;

/** The gateway's side of MongoDB. The driver connects with the first operation, and again. */
export class Mongo {
  readonly #client: MongoClient;
  readonly #closing = new AbortController();
  readonly #indexing: Promise<void>;
  #indexProblem: string | undefined = 'indexes not checked yet';
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
    this.#indexing = this.#ensureIndexes(() => ensureJobIndexes(database));
  }

  beginUpload(): VideoUpload {
    return new VideoUpload(this.#client, this.names.videos);
  }

  /** @throws the driver's error when no server answers in time. */
  async ping(): Promise<void> {
    await this.#client.db(this.names.videos).command({ ping: 1 });
  }

  async condition(): Promise<Condition> {
    await this.ping();
    const problem = this.#indexProblem;
    return { ok: problem === undefined, detail: problem ?? 'answers' };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close();
    await this.#indexing;
  }

  /** MongoDB may be away when we start; its absence must not end the process. */
  async #ensureIndexes(ensure: () => Promise<void>): Promise<void> {
    const closing = () => this.#closing.signal.aborted;
    while (!closing()) {
      try {
        await ensure();
        this.#indexProblem = undefined;
        return;
      } catch (error) {
        if (closing()) return;
        const problem = `indexes: ${Error.isError(error) ? error.message : String(error)}`;
        if (problem !== this.#indexProblem) this.logger.warn({ err: error }, 'mongodb: no indexes');
        this.#indexProblem = problem;
        await delay(indexRetryMs, undefined, { signal: this.#closing.signal }).catch(
          () => undefined,
        );
      }
    }
  }
}
