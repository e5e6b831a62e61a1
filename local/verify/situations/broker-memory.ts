import { rabbitmqctl } from '../../servers/rabbitmqctl';
import type { Situation } from './situation';

/** RabbitMQ may use so little memory that it raises its alarm (rabbitmq.com/docs/memory). */
export const brokerMemory: Situation = {
  name: "the broker's memory alarm",
  alerts: [{ name: 'BrokerMemoryHigh' }],
  begin: async ({ config }) => {
    await rabbitmqctl(config, 'set_vm_memory_high_watermark', 'absolute', '32MB');
    return async () => {
      await rabbitmqctl(config, 'set_vm_memory_high_watermark', '0.4');
    };
  },
};
