import type { RabbitMQConfig, MessageHandlerOptions } from '@golevelup/nestjs-rabbitmq';
import { declaringServers } from '../../contracts/broker/declaring-servers';
import type { DifferentQueue } from '../../contracts/broker/declare-topology';
import type { Topology, WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import { LetGo } from '../deliveries/failure';
import { nestLog } from './nest-log';

export interface ConsumerConfig {
  readonly rabbitmqUrl: string;
  readonly topology: Topology;
  readonly queues: readonly WorkQueue[];
  /** Deliveries at a time, for each queue. Nothing is fetched ahead of the work. */
  readonly prefetch: number;
  readonly log: Logger;
  /** Told about queues that exist with other arguments. */
  readonly onDifferent: (different: readonly DifferentQueue[]) => void;
}

/** golevelup's configuration with its dangerous defaults replaced; each reason stands beside it. */
export function rabbitConfig(config: ConsumerConfig): RabbitMQConfig {
  const { rabbitmqUrl, topology, queues, prefetch, log } = config;
  const handlers: Record<string, MessageHandlerOptions> = {};
  for (const queue of queues) {
    handlers[queue] = {
      queue: topology.queueNames[queue],
      // Declared by declaringServers before the connection opens.
      createQueueIfNotExists: false,
      // No fixed consumer tag: after one resume, later cancels would silently do nothing.
      queueOptions: { channel: queue },
      // The default parses JSON outside any try: a bad message would spin for ever.
      deserializer: (body) => body,
      errorHandler: (channel, message, error) => {
        // Every nack counts towards the delivery limit; this one comes back by itself.
        if (error instanceof LetGo) return;
        // After a broker crash the channel is gone; an unguarded nack would end the process.
        try {
          channel.nack(message, false, true);
        } catch (gone) {
          log.warn({ err: gone }, 'channel gone before nack; the broker redelivers by itself');
        }
      },
    };
  }
  return {
    // Ignored, because findServers is given; golevelup checks that it is a URL.
    uri: rabbitmqUrl,
    connectionManagerOptions: {
      heartbeatIntervalInSeconds: 10,
      reconnectTimeInSeconds: 1,
      // A broker that accepts and stays silent would otherwise be waited for without end.
      connectionOptions: { timeout: 10_000 },
      findServers: declaringServers(rabbitmqUrl, topology, config.onDifferent),
    },
    // A broker that is away at start is waited for, not crashed on.
    connectionInitOptions: { wait: false },
    enableDirectReplyTo: false,
    channels: Object.fromEntries(queues.map((queue) => [queue, { prefetchCount: prefetch }])),
    handlers,
    logger: nestLog(log),
  };
}
