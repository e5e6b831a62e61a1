import type { QueuePolicy } from '../topology';

/** A policy as RabbitMQ's management API takes and shows it (rabbitmq.com/docs/policies). */
export interface BrokerPolicy {
  readonly pattern: string;
  readonly definition: QueuePolicy['definition'];
  readonly priority: number;
  readonly 'apply-to': 'queues';
}

/**
 * Only one policy applies to a queue, the one of highest priority. Ours must win over a catch-all
 * of the deployer's (usually priority 0), and leave room to win over ours on purpose.
 */
const priority = 10;

export function brokerPolicy({ pattern, definition }: QueuePolicy): BrokerPolicy {
  return { pattern, definition, priority, 'apply-to': 'queues' };
}
