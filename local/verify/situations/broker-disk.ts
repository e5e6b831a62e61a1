import { rabbitmqctl } from '../../servers/rabbitmqctl';
import type { Situation } from './situation';

/** RabbitMQ wants more free disk than there is (rabbitmq.com/docs/disk-alarms). */
export const brokerDisk: Situation = {
  name: "the broker's disk alarm",
  alerts: [{ name: 'BrokerDiskLow' }],
  begin: async ({ config }) => {
    await rabbitmqctl(config, 'set_disk_free_limit', '1000000GB');
    return async () => {
      // What the stack's configuration says (servers/rabbitmq.ts).
      await rabbitmqctl(config, 'set_disk_free_limit', '200MB');
    };
  },
};
