import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import type { Daemon } from '../daemon/daemon';
import { secret } from '../secrets';
import type { StackConfig } from '../stack-config';
import { rabbitmqDefinitions } from './rabbitmq-definitions';
import { amqpUrl, callManagement, managementApi } from './rabbitmq-urls';
import { systemPath } from './system-path';
import { probeTcp } from './probe-tcp';

/** Debian's /usr/sbin/rabbitmq-server changes user and drops the environment; this one does not. */
const serverProgram = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/**
 * Erlang's port mapper for this broker alone. Started by us and not by Erlang, which would leave
 * it running for ever as a daemon of its own.
 */
export function createEpmd(config: StackConfig): Daemon {
  const port = config.ports.epmd;
  return {
    name: 'epmd',
    ports: [{ label: 'Erlang port mapper', port }],
    readyDeadlineMs: 10_000,
    stopDeadlineMs: 2_000,
    replaceWhenChanged: false,
    build: '',
    prepare: () => Promise.resolve(),
    command: () =>
      Promise.resolve({
        file: 'epmd',
        args: ['-address', '127.0.0.1', '-port', String(port)],
        environment: { PATH: systemPath },
        directory: '/',
      }),
    probe: () => probeTcp(port),
  };
}

/** A RabbitMQ node of our own: own cookie, own port mapper, own data, loopback only. */
export function createRabbitmq(config: StackConfig): Daemon {
  const directory = join(config.stateDirectory, 'rabbitmq');
  const { ports } = config;
  return {
    name: 'rabbitmq',
    ports: [
      { label: 'AMQP', port: ports.amqp },
      { label: 'console', port: ports.rabbitmqConsole },
      { label: 'metrics', port: ports.rabbitmqMetrics },
      { label: 'Erlang distribution', port: ports.rabbitmqDistribution },
    ],
    readyDeadlineMs: 90_000,
    stopDeadlineMs: 20_000,
    replaceWhenChanged: false,
    build: '',
    prepare: () => {
      writeConfiguration(config, directory);
      return Promise.resolve();
    },
    command: () =>
      Promise.resolve({
        file: serverProgram,
        args: [],
        environment: rabbitmqEnvironment(config),
        directory: '/',
      }),
    probe: async () => {
      const connection = await connect(amqpUrl(config), { timeout: 5_000 });
      await connection.close();
      await callManagement(managementApi(config), 'GET', '/api/overview');
      await probeTcp(ports.rabbitmqMetrics);
    },
  };
}

/** What `rabbitmq-server` and `rabbitmqctl` need to run, and to find, this node. */
export function rabbitmqEnvironment(config: StackConfig): Record<string, string> {
  const directory = join(config.stateDirectory, 'rabbitmq');
  return {
    PATH: systemPath,
    LANG: 'C.UTF-8',
    HOME: directory,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(config.ports.epmd),
    // The data belongs to the node's name, so that the name may not change with the ports.
    RABBITMQ_NODENAME: 'video-to-mp3@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(config.ports.amqp),
    RABBITMQ_DIST_PORT: String(config.ports.rabbitmqDistribution),
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: directory,
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    // Files that do not exist keep the machine's own RabbitMQ settings out.
    RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(directory, 'rabbitmq.pid'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(directory, 'generated'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false',
  };
}

function writeConfiguration(config: StackConfig, directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { ports } = config;
  const files = {
    '.erlang.cookie': secret(config.stateDirectory, 'erlang-cookie'),
    enabled_plugins: '[rabbitmq_management,rabbitmq_prometheus].\n',
    'rabbitmq-env.conf': '',
    'definitions.json': rabbitmqDefinitions(config),
    'rabbitmq.conf': `listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.rabbitmqConsole}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = ${ports.rabbitmqMetrics}
load_definitions = ${join(directory, 'definitions.json')}
disk_free_limit.absolute = 200MB
# One laptop: statistics of the console every second, so that what it shows is what just happened.
collect_statistics_interval = 1000
`,
  };
  for (const [name, content] of Object.entries(files)) {
    // Erlang refuses a cookie that others can read; 0600 is right for the rest as well.
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  }
}
