import { defaultDatabases } from '../../contracts/gridfs';
import { sweep } from '../../pipeline/sweeper/sweep';
import type { SweepReport } from '../../pipeline/sweeper/sweep-report';
import { isKept } from '../stray-directories';
import { whenReady, type ChaosStack } from './chaos-stack';
import { slotName } from './events';
import { graceMs } from './settings';

const readyMs = 30_000;
const tidyMs = 5_000;

/** Restarts the converters, which then remove the work directories that killed ones have left. */
export async function tidyUp(stack: ChaosStack): Promise<void> {
  const converters = stack.slots.filter(({ role }) => role === 'converter');
  await Promise.all(
    converters.map(async (slot) => {
      await stack.processes.get(slotName(slot))?.terminate(graceMs);
    }),
  );
  await whenReady(stack, readyMs);
  const deadline = performance.now() + tidyMs;
  for (const { number } of converters) {
    const strays = async () => (await stack.disks.list(number)).filter((name) => !isKept(name));
    while ((await strays()).length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Sweeps as the relay does every hour, and leaves nothing for being young: nobody works now. */
export async function sweepAll({ mongo }: ChaosStack): Promise<SweepReport> {
  return sweep(mongo, defaultDatabases, 0, { removesMost: true });
}
