import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import type { Daemon } from '../daemon/daemon';
import { secret } from '../secrets';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { systemPath } from './system-path';

export interface MysqlAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const appUser = 'auth';
const adminUser = 'admin';
const appDatabase = 'auth';
/**
 * Of its own: a server that starts removes the temporary tables that it finds there, which in /tmp may
 * be another one's (`mysql_rm_tmp_tables` of MariaDB 10.11).
 */
const temporaryDirectory = 'tmp';

/** The product's own account, limited to its database. */
export function mysqlAccess(config: StackConfig, database: string = appDatabase): MysqlAccess {
  return access(config, appUser, secret(config.stateDirectory, 'mysql-app'), database);
}

/** May do anything; for tests that make databases of their own. */
export function mysqlAdminAccess(config: StackConfig): MysqlAccess {
  return access(config, adminUser, secret(config.stateDirectory, 'mysql-admin'), 'mysql');
}

/** A MariaDB server of our own (Debian's stand-in for MySQL), loopback only. */
export function createMariadb(config: StackConfig): Daemon {
  const directory = join(config.stateDirectory, 'mariadb');
  const dataDirectory = join(directory, 'data');
  const initFile = join(directory, 'accounts.sql');
  return {
    name: 'mariadb',
    ports: [{ label: 'MySQL protocol', port: config.ports.mariadb }],
    readyDeadlineMs: 60_000,
    stopDeadlineMs: 30_000,
    replaceWhenChanged: false,
    build: '',
    prepare: async () => {
      mkdirSync(join(directory, temporaryDirectory), { recursive: true, mode: 0o700 });
      writeFileSync(initFile, accountsSql(config), { mode: 0o600 });
      await makeDataDirectory(dataDirectory);
    },
    command: () =>
      Promise.resolve({
        file: 'mariadbd',
        args: [
          '--no-defaults',
          // Ours, whoever we are: a system account could not reach a checkout in somebody's home.
          `--user=${userInfo().username}`,
          `--datadir=${dataDirectory}`,
          // Relative to the data directory; an absolute path may exceed a socket's 107 bytes.
          '--socket=mariadb.sock',
          // Relative as well: the option takes a list, parted by colons.
          `--tmpdir=../${temporaryDirectory}`,
          `--pid-file=${join(directory, 'mariadb.pid')}`,
          '--bind-address=127.0.0.1',
          `--port=${config.ports.mariadb}`,
          '--skip-name-resolve',
          `--init-file=${initFile}`,
          '--character-set-server=utf8mb4',
          '--innodb-buffer-pool-size=64M',
          '--max-connections=300',
        ],
        environment: { PATH: systemPath, LANG: 'C.UTF-8' },
        directory,
      }),
    probe: async () => {
      const connection = await createConnection({ ...mysqlAccess(config), connectTimeout: 2_000 });
      await connection.query('SELECT 1');
      await connection.end();
    },
  };
}

/** Made beside its place and moved there whole, so that an interrupted start leaves no half of it. */
async function makeDataDirectory(dataDirectory: string): Promise<void> {
  if (existsSync(dataDirectory)) return;
  const unfinished = `${dataDirectory}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  // Debian's script leaves the path unquoted in places, so it gets one without a space.
  const aside = mkdtempSync(join(tmpdir(), 'video-to-mp3-mariadb-'));
  try {
    const link = join(aside, 'mariadb');
    symlinkSync(dirname(unfinished), link);
    await installDatabase(join(link, basename(unfinished)), aside);
  } finally {
    rmSync(aside, { recursive: true });
  }
  renameSync(unfinished, dataDirectory);
}

async function installDatabase(directory: string, temporary: string): Promise<void> {
  await promisify(execFile)(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--user=${userInfo().username}`,
      `--datadir=${directory}`,
      `--tmpdir=${temporary}`,
      '--auth-root-authentication-method=normal',
      // Its anonymous users would shadow the product's account.
      '--skip-test-db',
    ],
    { env: { PATH: systemPath, LANG: 'C.UTF-8' } },
  ).catch((error: unknown) => {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new StackError(`mariadb-install-db failed: ${stderr ?? ''}${stdout ?? String(error)}`);
  });
}

/** Run by the server at every start, before it accepts connections; secrets are hexadecimal. */
function accountsSql(config: StackConfig): string {
  const app = `'${appUser}'@'127.0.0.1'`;
  const admin = `'${adminUser}'@'127.0.0.1'`;
  const appPassword = secret(config.stateDirectory, 'mysql-app');
  const adminPassword = secret(config.stateDirectory, 'mysql-admin');
  // One statement a line: the server reads an init file so.
  return [
    `CREATE DATABASE IF NOT EXISTS \`${appDatabase}\`;`,
    `CREATE USER IF NOT EXISTS ${app} IDENTIFIED BY '${appPassword}';`,
    `ALTER USER ${app} IDENTIFIED BY '${appPassword}';`,
    `GRANT ALL ON \`${appDatabase}\`.* TO ${app};`,
    `CREATE USER IF NOT EXISTS ${admin} IDENTIFIED BY '${adminPassword}';`,
    `ALTER USER ${admin} IDENTIFIED BY '${adminPassword}';`,
    `GRANT ALL ON *.* TO ${admin} WITH GRANT OPTION;`,
    // The installation's own accounts: root without a password, by name and by address.
    `DELETE FROM mysql.global_priv WHERE NOT (User IN ('${appUser}', '${adminUser}', 'mariadb.sys'));`,
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n');
}

function access(
  config: StackConfig,
  user: string,
  password: string,
  database: string,
): MysqlAccess {
  return { host: '127.0.0.1', port: config.ports.mariadb, user, password, database };
}
