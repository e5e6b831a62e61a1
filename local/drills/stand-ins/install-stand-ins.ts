import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mysqlAdminAccess } from '../../servers/mariadb';
import { mongoUrl } from '../../servers/mongodb';
import { nodeProgram } from '../../servers/node-program';
import { rabbitmqEnvironment } from '../../servers/rabbitmq-environment';
import { rabbitmqVhost } from '../../servers/rabbitmq-definitions';
import { systemPath } from '../../servers/system-path';
import type { StackConfig } from '../../stack-config';
import type { MariadbClient } from '../mariadb-client';

type Environment = Readonly<Record<string, string>>;

/**
 * Writes programs named as those that the containers of the compose stack have, for the servers of
 * a drill: MariaDB's client for MySQL's, RabbitMQ's own command, and stand-ins for MongoDB's tools.
 *
 * @param url Where each call of docker is told.
 * @returns the environment for compose/backup.sh and compose/restore.sh
 */
export function installStandIns(
  config: StackConfig,
  { dump, client }: MariadbClient,
  url: string,
): Environment {
  const directory = join(config.stateDirectory, 'stand-ins');
  mkdirSync(directory, { recursive: true });
  const program = (name: string, lines: readonly string[]) => {
    writeFileSync(join(directory, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  };
  for (const name of ['docker', 'mongodump', 'mongorestore', 'mongosh']) {
    const main = join(config.repositoryDirectory, `dist/local/drills/stand-ins/${name}-main.js`);
    program(name, [`exec ${quoted(nodeProgram(config))} ${quoted(main)} "$@"`]);
  }
  const { host, port, user, password } = mysqlAdminAccess(config);
  // The account of the last --user counts.
  const access = `--host=${host} --port=${port} --protocol=tcp --user=${user}`;
  for (const [name, path] of Object.entries({ mysqldump: dump, mysql: client })) {
    program(name, [`exec ${quoted(path)} --no-defaults "$@" ${access}`]);
  }
  const broker = Object.entries(rabbitmqEnvironment(config)).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  program('rabbitmqctl', [...broker, 'exec /usr/lib/rabbitmq/bin/rabbitmqctl "$@"']);

  const mysqlPassword = join(directory, 'mysql-password');
  writeFileSync(mysqlPassword, password, { mode: 0o600 });
  const mongoPassword = join(directory, 'mongo-password');
  writeFileSync(mongoPassword, 'nobody asks', { mode: 0o600 });
  return {
    PATH: `${directory}:${systemPath}`,
    LANG: 'C.UTF-8',
    DRILL_URL: url,
    DRILL_MONGO_URL: mongoUrl(config),
    MYSQL_ROOT_PASSWORD_FILE: mysqlPassword,
    MYSQL_DATABASE: 'auth',
    RABBITMQ_VHOST: rabbitmqVhost,
    MONGO_INITDB_ROOT_USERNAME: 'root',
    MONGO_INITDB_ROOT_PASSWORD_FILE: mongoPassword,
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
