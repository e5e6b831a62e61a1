import { headerNames } from '../../contracts/headers';
import { buildTopology, deadQueue } from '../../contracts/topology';
import type { SettlingParts } from '../../pipeline/deliveries/deliveries';
import type { Stops } from './stops';
import { keyOf } from './who';

export interface QueueSettings {
  readonly videoQueue: string;
  readonly mp3Queue: string;
  readonly retryDelaysMs: readonly number[];
}

/**
 * The boundaries of settling, which every worker has: before the ack, and around the copy of a
 * delivery that goes to a delay queue or to the dead letters.
 */
export function holdSettling(
  stops: Stops,
  { videoQueue, mp3Queue, retryDelaysMs }: QueueSettings,
  prefix: '' | 'mail ',
): (parts: SettlingParts) => SettlingParts {
  const { queueNames } = buildTopology({ video: videoQueue, mp3: mp3Queue }, retryDelaysMs);
  const deadQueues = Object.values(queueNames).map(deadQueue);
  return ({ publisher }) => ({
    publisher: {
      async publish(message) {
        const key = keyOf(message);
        const dead = deadQueues.includes(message.queue);
        if (dead) await stops.at(`${prefix}given up, dead letter not published`, key);
        await publisher.publish(message);
        if (dead) {
          await stops.at(`${prefix}dead letter confirmed, not acked`, key);
        } else {
          await stops.at(`${prefix}retry copy confirmed, not acked`, key);
          await stops.at(`${prefix}defer copy confirmed, not acked`, key);
        }
      },
    },
    around: (work) => async (delivery, signal, log) => {
      const outcome = await work(delivery, signal, log);
      const id = String(delivery.headers[headerNames.jobId]);
      if (outcome.kind === 'completed') await stops.at('completed, not acked', id);
      if (outcome.kind === 'failed') await stops.at('failed, not acked', id);
      return outcome;
    },
  });
}
