import type { ChannelModel } from 'amqplib';
import type { Topology } from '../../contracts/topology';
import { isAsDeclared, queueExists } from './queue-declared';

export interface QueueStatus {
  readonly queue: string;
  /** `different`: made by somebody else with other arguments; `migrate` makes it ours. */
  readonly shape: 'missing' | 'as-declared' | 'different';
  /** Messages waiting for a consumer. */
  readonly ready: number;
  readonly consumers: number;
}

/** Looks at every queue of a topology and changes nothing. */
export async function queueStatus(
  connection: ChannelModel,
  topology: Topology,
): Promise<QueueStatus[]> {
  const statuses: QueueStatus[] = [];
  const channel = await connection.createChannel();
  for (const declaration of topology.queues) {
    const queue = declaration.name;
    if (!(await queueExists(connection, queue))) {
      statuses.push({ queue, shape: 'missing', ready: 0, consumers: 0 });
      continue;
    }
    const same = await isAsDeclared(connection, declaration);
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    const shape = same ? 'as-declared' : 'different';
    statuses.push({ queue, shape, ready: messageCount, consumers: consumerCount });
  }
  await channel.close();
  return statuses;
}
