import { workQueues, type WorkQueue } from '../../contracts/topology';
import type { DeadLetterStores } from '../stores';

/** Open dead letters of each queue. */
export async function countOpen({
  letters,
}: DeadLetterStores): Promise<readonly (readonly [WorkQueue, number])[]> {
  return Promise.all(
    workQueues.map(async (workQueue) => {
      return [workQueue, await letters.countDocuments({ state: 'open', workQueue })] as const;
    }),
  );
}
