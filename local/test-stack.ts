import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { takeLease } from './leases';
import {
  amqpUrl,
  callManagement,
  managementApi,
  type ManagementApi,
} from './servers/rabbitmq-urls';
import { mysqlAccess, mysqlAdminAccess, type MysqlAccess } from './servers/mariadb';
import { mongoUrl } from './servers/mongodb';
import { rabbitmqAppUser, rabbitmqConsoleUser } from './servers/rabbitmq-definitions';
import { startServers, type ServerName } from './servers/servers';
import { loadStackConfig, type StackConfig } from './stack-config';
import { StackError } from './stack-error';
import { recordStack } from './stack-record';
import { withStateLock } from './state-lock';
import { createTestInbox, type TestInbox } from './test-inbox';

/** Set by jest-global-setup.ts: the process whose end ends the use of the test servers. */
export const leaseVariable = 'LOCAL_TEST_LEASE_PID';

/** The stack all tests of a checkout share. */
export function testStackConfig(): StackConfig {
  return loadStackConfig(process.env, 'test');
}

/**
 * Makes sure these servers of the test stack run, whoever else uses them, and notes that this test
 * run does. The first call may take some 10 seconds: give `beforeAll` a time limit to match.
 */
export async function useServers(...names: ServerName[]): Promise<StackConfig> {
  const config = testStackConfig();
  const lease = Number(process.env[leaseVariable]);
  if (!Number.isInteger(lease)) {
    throw new StackError(
      'tests that need servers want jest to run with --globalSetup ./local/jest-global-setup.ts --globalTeardown ./local/jest-global-teardown.ts',
    );
  }
  await withStateLock(config.stateDirectory, async () => {
    recordStack(config);
    takeLease(config.stateDirectory, lease);
    await startServers(config, names);
  });
  return config;
}

/** A name that no other suite has: lower case, digits and underscores, good for every server. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

export interface TestMysqlDatabase {
  readonly access: MysqlAccess;
  drop(): Promise<void>;
}

/** An empty MariaDB database that only this suite uses, as the product's own account sees it. */
export async function createMysqlDatabase(prefix = 'test'): Promise<TestMysqlDatabase> {
  const config = await useServers('mariadb');
  const name = uniqueName(prefix);
  const access = mysqlAccess(config, name);
  await asMysqlAdmin(config, [
    `CREATE DATABASE \`${name}\``,
    `GRANT ALL ON \`${name}\`.* TO '${access.user}'@'127.0.0.1'`,
  ]);
  return {
    access,
    drop: () =>
      asMysqlAdmin(config, [
        `DROP DATABASE IF EXISTS \`${name}\``,
        `REVOKE ALL ON \`${name}\`.* FROM '${access.user}'@'127.0.0.1'`,
      ]),
  };
}

export interface TestVhost {
  readonly name: string;
  /** AMQP address of this virtual host, as the product's own account. */
  readonly url: string;
  /** The management API as administrator, for looking at queues and closing connections. */
  readonly api: ManagementApi;
  drop(): Promise<void>;
}

/** An empty RabbitMQ virtual host that only this suite uses. */
export async function createVhost(prefix = 'test'): Promise<TestVhost> {
  const config = await useServers('rabbitmq');
  const api = managementApi(config);
  const name = uniqueName(prefix);
  await callManagement(api, 'PUT', `/api/vhosts/${name}`);
  for (const user of [rabbitmqAppUser, rabbitmqConsoleUser]) {
    const everything = { configure: '.*', write: '.*', read: '.*' };
    await callManagement(api, 'PUT', `/api/permissions/${name}/${user}`, everything);
  }
  return {
    name,
    api,
    url: amqpUrl(config, name),
    drop: async () => {
      await callManagement(api, 'DELETE', `/api/vhosts/${name}`);
    },
  };
}

/** The test stack's MongoDB; use databases named by `uniqueName` and drop them at the end. */
export async function testMongoUrl(): Promise<string> {
  return mongoUrl(await useServers('mongodb'));
}

/** The test stack's mail inbox; use an address of your own (`uniqueName`) to find your mails. */
export async function useInbox(): Promise<TestInbox> {
  return createTestInbox(await useServers('inbox'));
}

async function asMysqlAdmin(config: StackConfig, statements: readonly string[]): Promise<void> {
  const connection = await createConnection(mysqlAdminAccess(config));
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}
