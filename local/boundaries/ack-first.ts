import { buildTopology } from '../../contracts/topology';
import type { SettlingParts } from '../../pipeline/deliveries/deliveries';
import { settle } from '../../pipeline/deliveries/settle';
import type { QueueSettings } from './hold-settling';

/** Acks each delivery as it comes, before its news or its copy is on the broker. */
export function ackFirst(settings: QueueSettings): (parts: SettlingParts) => SettlingParts {
  const { videoQueue, mp3Queue, retryDelaysMs } = settings;
  const topology = buildTopology({ video: videoQueue, mp3: mp3Queue }, retryDelaysMs);
  return (parts) => ({
    ...parts,
    around: (work) => (delivery, signal, log) => {
      work(delivery, signal, log)
        .then((outcome) => settle(outcome, delivery, topology, parts.publisher))
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a delivery is gone');
        });
      return Promise.resolve({ kind: 'completed' });
    },
  });
}
