import { join } from 'node:path';
import { defaultRetryDelaysMs } from '../../contracts/topology';
import { queueNames } from '../queue-names';
import { secret, secretPath } from '../secrets';
import { smtpUrl } from '../servers/inbox';
import { mysqlAccess } from '../servers/mariadb';
import { mongoUrl } from '../servers/mongodb';
import { amqpUrl, managementApi } from '../servers/rabbitmq-urls';
import { systemPath } from '../servers/system-path';
import type { StackConfig } from '../stack-config';

export type ProcessName = 'auth' | 'gateway' | 'converter' | 'notification' | 'relay';

type Environment = Readonly<Record<string, string>>;

/** The address of the gateway; ends without a slash. */
export function gatewayUrl(config: StackConfig): string {
  return `http://127.0.0.1:${config.ports.gateway}`;
}

/** One table: which settings each of the product's processes gets in this stack. */
export function processEnvironment(config: StackConfig, name: ProcessName): Environment {
  const { ports } = config;
  const queues = brokerEnvironment(config);
  const mongo = { MONGO_URL: mongoUrl(config) };
  switch (name) {
    case 'auth':
      return {
        ...base(config, ports.authAdmin),
        ...databaseEnvironment(config),
        PORT: String(ports.auth),
        JWT_SECRET_FILE: jwtSecretFile(config),
      };
    case 'gateway':
      return {
        ...base(config, ports.gatewayAdmin),
        ...mongo,
        ...queues,
        PORT: String(ports.gateway),
        AUTH_SVC_ADDRESS: `127.0.0.1:${ports.auth}`,
      };
    case 'converter':
      return {
        ...base(config, ports.converterAdmin),
        ...mongo,
        ...queues,
        WORK_DIR: join(config.stateDirectory, 'work'),
      };
    case 'notification':
      return {
        ...base(config, ports.notificationAdmin),
        ...mongo,
        ...queues,
        SMTP_URL: smtpUrl(config),
        MAIL_FROM: 'video-to-mp3@localhost.localdomain',
        PUBLIC_URL: gatewayUrl(config),
      };
    case 'relay':
      return { ...base(config, ports.relayAdmin), ...mongo, ...queues };
  }
}

/** For the migration and the users command: where the users are. */
export function databaseEnvironment(config: StackConfig): Environment {
  const { host, port, user, password, database } = mysqlAccess(config);
  return {
    PATH: systemPath,
    MYSQL_HOST: host,
    MYSQL_PORT: String(port),
    MYSQL_USER: user,
    MYSQL_PASSWORD: password,
    MYSQL_DB: database,
  };
}

/** For the queues command: the broker as the processes use it, and its console. */
export function queuesEnvironment(config: StackConfig): Environment {
  const { url, user, password } = managementApi(config);
  return {
    ...brokerEnvironment(config),
    RABBITMQ_MANAGEMENT_URL: url,
    RABBITMQ_MANAGEMENT_USER: user,
    RABBITMQ_MANAGEMENT_PASSWORD: password,
  };
}

/** For the dead-letters command: where the dead letters are; the relay does the rest. */
export function deadLettersEnvironment(config: StackConfig): Environment {
  return { MONGO_URL: mongoUrl(config) };
}

function brokerEnvironment(config: StackConfig): Environment {
  return {
    RABBITMQ_URL: amqpUrl(config),
    VIDEO_QUEUE: queueNames.video,
    MP3_QUEUE: queueNames.mp3,
    RETRY_DELAYS_MS: defaultRetryDelaysMs.join(','),
  };
}

/** What every process gets. It listens on the loopback only: this is a person's own machine. */
function base(config: StackConfig, adminPort: number): Environment {
  return {
    PATH: systemPath,
    LANG: 'C.UTF-8',
    HOME: config.stateDirectory,
    HOST: '127.0.0.1',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(adminPort),
  };
}

function jwtSecretFile(config: StackConfig): string {
  secret(config.stateDirectory, 'jwt');
  return secretPath(config.stateDirectory, 'jwt');
}
