import { join } from 'node:path';
import type { StackConfig } from '../stack-config';
import { systemPath } from './system-path';

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
    // The node's working directory by a name without spaces: 3.10 hands this path to df(1) as it is,
    // cannot measure its disk where it has one, and then writes a metric (`'NaN'`) for which
    // Prometheus refuses the whole scrape.
    RABBITMQ_MNESIA_BASE: '/proc/self/cwd/data',
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
