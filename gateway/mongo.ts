import type { Collection, GridFSBucket } from 'mongodb';
import { type DatabaseNames, openBucket } from '../contracts/gridfs';
import type { JobRecord } from '../contracts/job';
import { ensureJobIndexes, jobCollection } from '../contracts/job-collection';
import { type DeadLetterStores, ensureDeadLetterIndexes, openStores } from '../dead-letters/stores';
import type { Logger } from '../observability/logger';
import { MongoConnection } from '../observability/mongo-connection';
import type { Condition } from '../observability/readiness';
import { VideoUpload } from './video-store';

export interface MongoTimeouts {
  readonly selectMs: number;
  readonly socketMs: number;
}

/** The gateway's side of MongoDB: jobs, MP3s, uploads and dead letters. */
export class Mongo {
  readonly #connection: MongoConnection;
  readonly jobs: Collection<JobRecord>;
  readonly mp3s: GridFSBucket;
  readonly deadLetters: DeadLetterStores;

  constructor(
    url: string,
    private readonly names: DatabaseNames,
    timeouts: MongoTimeouts,
    logger: Logger,
  ) {
    this.#connection = new MongoConnection(
      url,
      {
        appName: 'gateway',
        serverSelectionTimeoutMS: timeouts.selectMs,
        connectTimeoutMS: timeouts.selectMs,
        socketTimeoutMS: timeouts.socketMs,
      },
      logger,
      async (client) => {
        await ensureJobIndexes(client.db(names.jobs));
        await ensureDeadLetterIndexes(client.db(names.jobs));
      },
    );
    const { client } = this.#connection;
    this.jobs = jobCollection(client.db(names.jobs));
    this.mp3s = openBucket(client, names.mp3s);
    this.deadLetters = openStores(client.db(names.jobs));
  }

  beginUpload(): VideoUpload {
    return new VideoUpload(this.#connection.client, this.names.videos);
  }

  condition(): Promise<Condition> {
    return this.#connection.condition();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
