import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAdminServer, type AdminServer } from '../observability/admin-server';
import type { Logger } from '../observability/logger';
import { Metrics } from '../observability/metrics';
import { Readiness } from '../observability/readiness';
import { startTracing, type Tracing } from '../observability/tracing';
import type { AuthConfig } from './config';
import { Database } from './database';
import { createHttpApp } from './http-app';
import { allMigrations, pendingMigrations } from './migrations';
import { Passwords, realBcrypt, type Bcrypt } from './passwords';
import { timedBcrypt } from './timed-bcrypt';
import { UserTable } from './user-table';

/** How long a stop waits for requests under way; below any platform's grace period. */
const stopPatienceMs = 8_000;

/**
 * Twice what the gateway takes (Node's default), so that a header it passes on never is too large
 * here: it would take that answer for an outage.
 */
const mostHeaderBytes = 32_768;

export interface AuthAppDeps {
  readonly config: AuthConfig;
  readonly logger: Logger;
  /** Default: the real one. */
  readonly bcrypt?: Bcrypt;
}

export interface AuthApp {
  /**
   * Listens. Does not wait for the database: until it is there and migrated, `/readyz` and
   * `/login` say 503, `/validate` works.
   */
  start(): Promise<AuthPorts>;
  /** Answers what it has begun, then closes everything. */
  stop(): Promise<void>;
}

export interface AuthPorts {
  readonly port: number;
  readonly adminPort: number;
}

/** The auth service; its process' part is `main.ts`. */
export function createApp({ config, logger, bcrypt = realBcrypt }: AuthAppDeps): AuthApp {
  const migrations = allMigrations();
  const database = new Database(config);
  const metrics = new Metrics('auth');
  const readiness = new Readiness();
  const httpApp = createHttpApp({
    users: new UserTable(database),
    passwords: new Passwords(config.bcryptCost, timedBcrypt(bcrypt, metrics)),
    plainTextPasswords: config.plainTextPasswords,
    jwtSecret: config.jwtSecret,
    tokenLifetimeS: config.tokenLifetimeS,
    logger,
    metrics,
  });
  const server = createServer(
    { maxHeaderSize: mostHeaderBytes, headersTimeout: 10_000, requestTimeout: 20_000 },
    httpApp,
  );
  let admin: AdminServer | undefined;
  let tracing: Tracing | undefined;

  readiness.add('users', async () => {
    const pending = await pendingMigrations(database, migrations);
    if (pending.length === 0) return { ok: true, detail: 'database reachable and migrated' };
    const missing = pending.map(({ name }) => name).join(', ');
    return { ok: false, detail: `run the auth migration; missing: ${missing}` };
  });

  return {
    async start() {
      tracing = await startTracing('auth', config, logger);
      metrics.collectRuntime();
      admin = await startAdminServer(config.adminHost, config.adminPort, metrics, readiness);
      const port = await listen(server, config.host, config.port);
      logger.info({ port, adminPort: admin.port }, 'auth listens');
      return { port, adminPort: admin.port };
    },
    async stop() {
      readiness.stopping();
      await close(server);
      await database.close();
      await tracing?.stop();
      await admin?.stop();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Requests that were begun may finish, for a while. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => {
      server.closeAllConnections();
    }, stopPatienceMs);
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
