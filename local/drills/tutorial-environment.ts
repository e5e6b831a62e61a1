import { join } from 'node:path';
import type { ProcessName } from '../processes/process-environment';
import { secret } from '../secrets';
import { smtpUrl } from '../servers/inbox';
import { mysqlAccess } from '../servers/mariadb';
import { mongoUrl } from '../servers/mongodb';
import { amqpUrl } from '../servers/rabbitmq-urls';
import { systemPath } from '../servers/system-path';
import type { StackConfig } from '../stack-config';

type Environment = Readonly<Record<string, string>>;

/**
 * What the tutorial's ConfigMaps and Secrets give each of its processes, values and superfluous keys
 * included, and of ours only what one machine asks for: where the servers listen, whose names and
 * accounts the tutorial's code has built in, and ports that do not collide.
 */
export function tutorialEnvironment(config: StackConfig, name: ProcessName): Environment {
  const { ports } = config;
  const { host, port, user, password, database } = mysqlAccess(config);
  const servers = { MONGO_URL: mongoUrl(config), RABBITMQ_URL: amqpUrl(config) };
  const queues = { VIDEO_QUEUE: 'video', MP3_QUEUE: 'mp3', PLACEHOLDER: 'NONE' };
  switch (name) {
    case 'auth':
      return {
        ...machine(config, ports.authAdmin),
        PORT: String(ports.auth),
        MYSQL_HOST: host,
        MYSQL_PORT: String(port),
        MYSQL_USER: user,
        MYSQL_PASSWORD: password,
        MYSQL_DB: database,
        JWT_SECRET: 'sarcasm',
      };
    case 'gateway':
      return {
        ...machine(config, ports.gatewayAdmin),
        ...servers,
        PORT: String(ports.gateway),
        AUTH_SVC_ADDRESS: `127.0.0.1:${ports.auth}`,
        PLACEHOLDER: 'NONE',
      };
    case 'converter':
      return {
        ...machine(config, ports.converterAdmin),
        ...servers,
        ...queues,
        WORK_DIR: join(config.stateDirectory, 'work'),
      };
    case 'notification':
      return {
        ...machine(config, ports.notificationAdmin),
        ...servers,
        ...queues,
        GMAIL_ADDRESS: 'somebody@gmail.com',
        GMAIL_PASSWORD: secret(config.stateDirectory, 'smtp-app'),
        SMTP_URL: smtpUrl(config), // Gmail itself cannot be reached from here.
      };
    case 'relay':
      // The tutorial has none. Sweeps often, to see what it leaves alone.
      return {
        ...machine(config, ports.relayAdmin),
        ...servers,
        SWEEP_EVERY_MS: '500',
        SWEEP_AGE_MS: '1000',
      };
  }
}

function machine(config: StackConfig, adminPort: number): Environment {
  const host = '127.0.0.1';
  return {
    PATH: systemPath,
    LANG: 'C.UTF-8',
    HOME: config.stateDirectory,
    HOST: host,
    ADMIN_HOST: host,
    ADMIN_PORT: String(adminPort),
  };
}
