import {
  createPool,
  type Pool,
  type PoolConnection,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import type { DatabaseConfig } from './config';
import { codeOf, DatabaseUnavailable, DuplicateValue } from './database-error';

export type SqlValue = string | number | boolean;

/**
 * A pool of connections that outlives the server: a connection that fails or answers too late is
 * thrown away, and the next query opens another. Nothing is retried here.
 */
export class Database {
  readonly #pool: Pool;

  /** Opens no connection yet. */
  constructor(private readonly config: DatabaseConfig) {
    this.#pool = createPool(connectionOptions(config));
  }

  /** Rows of a SELECT. @throws DatabaseUnavailable */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<readonly unknown[]> {
    const [rows] = await this.#run((connection) =>
      connection.execute<RowDataPacket[]>(sql, [...values]),
    );
    return rows;
  }

  /**
   * Changes rows.
   * @throws DuplicateValue when a unique value is taken; DatabaseUnavailable for everything else.
   */
  async change(sql: string, values: readonly SqlValue[]): Promise<ResultSetHeader> {
    const [result] = await this.#run((connection) =>
      connection.execute<ResultSetHeader>(sql, [...values]),
    );
    return result;
  }

  /** Says goodbye to the server, but does not wait for one that does not answer. */
  async close(): Promise<void> {
    await before(AbortSignal.timeout(this.config.mysqlTimeoutMs), this.#pool.end()).catch(
      ignoreLateFailure,
    );
  }

  async #run<Result>(query: (connection: PoolConnection) => Promise<Result>): Promise<Result> {
    const deadline = AbortSignal.timeout(this.config.mysqlTimeoutMs);
    let connection: PoolConnection | undefined;
    try {
      connection = await this.#connect(deadline);
      const result = await before(deadline, query(connection));
      connection.release();
      return result;
    } catch (error) {
      if (codeOf(error) === 'ER_DUP_ENTRY') {
        connection?.release();
        throw new DuplicateValue(error);
      }
      connection?.destroy(); // It may still be busy with the query we gave up.
      throw new DatabaseUnavailable(this.config, error);
    }
  }

  async #connect(deadline: AbortSignal): Promise<PoolConnection> {
    const connecting = this.#pool.getConnection();
    return before(deadline, connecting).catch((error: unknown) => {
      connecting.then(release, ignoreLateFailure); // One that comes after all is the pool's.
      throw error;
    });
  }
}

/** Options of every connection, pooled or not. */
export function connectionOptions(config: DatabaseConfig) {
  return {
    host: config.mysqlHost,
    port: config.mysqlPort,
    user: config.mysqlUser,
    password: config.mysqlPassword,
    database: config.mysqlDatabase,
    charset: 'utf8mb4',
    connectTimeout: config.mysqlTimeoutMs,
    connectionLimit: 10,
    // Logins beyond this are answered 503 at once instead of piling up behind a slow server.
    queueLimit: 500,
  };
}

/** @throws Error once the deadline has passed; what the promise does later is ignored. */
async function before<Result>(deadline: AbortSignal, promise: Promise<Result>): Promise<Result> {
  const late = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener('abort', () => {
      reject(new Error('no answer in time'));
    });
  });
  return Promise.race([promise, late]);
}

function release(connection: PoolConnection): void {
  connection.release();
}

/** Whoever waited has been told already that there was no answer in time, or is leaving. */
function ignoreLateFailure(): void {
  return undefined;
}
