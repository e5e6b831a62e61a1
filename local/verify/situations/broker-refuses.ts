import { rabbitmqAppUser, rabbitmqVhost } from '../../servers/rabbitmq-definitions';
import { rabbitmqctl } from '../../servers/rabbitmqctl';
import type { Situation } from './situation';

const all = ['.*', '.*', '.*'];

/** The product's account has lost its rights: every process lives, and none can consume. */
export const brokerRefuses: Situation = {
  name: 'the broker refuses our account',
  alerts: [{ name: 'NoConsumers', labels: { queue: 'video' } }],
  begin: async ({ config }) => {
    await rabbitmqctl(config, 'clear_permissions', '--vhost', rabbitmqVhost, rabbitmqAppUser);
    await rabbitmqctl(config, 'close_all_connections', '--vhost', rabbitmqVhost, 'no rights');
    return async () => {
      const account = ['--vhost', rabbitmqVhost, rabbitmqAppUser];
      await rabbitmqctl(config, 'set_permissions', ...account, ...all);
    };
  },
};
