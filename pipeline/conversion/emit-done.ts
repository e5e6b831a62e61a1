import type { Topology } from '../../contracts/topology';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { readyNews } from '../news/news';
import type { StoredMp3 } from './hand-offs';
import type { Claims } from './job-claims';
import type { Step } from './step';

/** Says that the MP3 is ready: a message that a tutorial consumer can read, then the record. */
export function emitDone(
  publisher: Publisher,
  topology: Topology,
  claims: Pick<Claims, 'finish'>,
  timeoutMs: number,
): Step<StoredMp3, void> {
  return {
    name: 'emit-done',
    timeoutMs,
    async run(stored) {
      await publisher.publish(readyNews(stored, topology));
      await claims.finish(stored.jobId);
    },
  };
}
