import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import type { Daemon } from '../daemon/daemon';
import { findDaemon } from '../daemon/supervisor';
import { secret } from '../secrets';
import type { StackConfig } from '../stack-config';
import { rabbitmqEnvironment } from './rabbitmq-environment';
import { rabbitmqctl } from './rabbitmqctl';
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
    // Whatever listens there and is no port mapper stays, and is told about.
    beforeStart: () => endForeignEpmd(config).catch(() => undefined),
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
        // Its data lie below (see rabbitmqEnvironment).
        directory,
      }),
    beforeStop: async () => {
      // 3.10 with Erlang 25 stops so: the application controller, busy stopping `rabbit`, waits for
      // its event handlers to end; the console's handler first changes a setting, which is a call
      // to the application controller; after five seconds one gives up. Without it: one second.
      const removal = 'gen_event:delete_handler(rabbit_event, rabbit_mgmt_db_handler, []).';
      await rabbitmqctl(config, 'eval', removal);
    },
    afterStop: () => endForeignEpmd(config),
    probe: async () => {
      const connection = await connect(amqpUrl(config), { timeout: 5_000 });
      await connection.close();
      await callManagement(managementApi(config), 'GET', '/api/overview');
      await probeTcp(ports.rabbitmqMetrics);
    },
  };
}

/**
 * Every Erlang program, `rabbitmqctl` too, starts a port mapper when it misses ours (somebody killed
 * it). That one is a daemon apart; it ends when it is told to and knows no node any more.
 */
async function endForeignEpmd(config: StackConfig): Promise<void> {
  const port = config.ports.epmd;
  const answers = await probeTcp(port).then(
    () => true,
    () => false,
  );
  if (!answers || findDaemon(config, 'epmd') !== undefined) return;
  await promisify(execFile)('epmd', ['-port', String(port), '-kill'], {
    env: { PATH: systemPath },
  });
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
