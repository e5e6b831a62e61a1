import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { Logger } from './logger';
import { endWritesWithTheirConnection } from './mongo-writes';
import type { Condition } from './readiness';

const retryMs = 1_000;

/**
 * A MongoDB client that gets connected however long MongoDB is away when the process starts. The
 * driver reconnects by itself for ever, but only after a first connect that succeeded: operations
 * on a client that never was connected fail with "Topology is closed" from then on (mongodb 7.9).
 */
export class MongoConnection {
  readonly client: MongoClient;
  readonly #closing = new AbortController();
  readonly #starting: Promise<void>;
  #problem: string | undefined = 'not connected yet';

  /** @param prepare Run once connected, before the connection counts as ready: indexes. */
  constructor(
    url: string,
    options: MongoClientOptions,
    private readonly logger: Logger,
    prepare: (client: MongoClient) => Promise<void>,
  ) {
    endWritesWithTheirConnection();
    this.client = new MongoClient(url, options);
    this.#starting = this.#start(prepare);
  }

  /** Whether MongoDB answers now; for the readiness report. */
  async condition(): Promise<Condition> {
    if (this.#problem !== undefined) return { ok: false, detail: this.#problem };
    await this.client.db('admin').command({ ping: 1 });
    return { ok: true, detail: 'answers' };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.client.close();
    await this.#starting;
  }

  async #start(prepare: (client: MongoClient) => Promise<void>): Promise<void> {
    const closing = () => this.#closing.signal.aborted;
    while (!closing()) {
      try {
        await this.client.connect();
        await prepare(this.client);
        this.#problem = undefined;
        return;
      } catch (error) {
        if (closing()) return;
        const problem = Error.isError(error) ? error.message : String(error);
        if (problem !== this.#problem) {
          this.logger.warn({ problem }, 'mongodb: cannot start using it');
        }
        this.#problem = problem;
        await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }
}
