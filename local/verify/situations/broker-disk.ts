import { statfs } from 'node:fs/promises';
import { rabbitmqctl } from '../../servers/rabbitmqctl';
import type { Situation } from './situation';

/** RabbitMQ wants more free disk than there is (rabbitmq.com/docs/disk-alarms). */
export const brokerDisk: Situation = {
  name: "the broker's disk alarm",
  alerts: [{ name: 'BrokerDiskLow' }],
  begin: async ({ config }) => {
    const { bavail, bsize } = await statfs(config.stateDirectory);
    const twiceMb = Math.ceil((2 * bavail * bsize) / 1e6);
    await rabbitmqctl(config, 'set_disk_free_limit', `${twiceMb}MB`);
    return async () => {
      // What the stack's configuration says (servers/rabbitmq.ts).
      await rabbitmqctl(config, 'set_disk_free_limit', '200MB');
    };
  },
};
