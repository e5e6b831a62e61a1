import { setTimeout as delay } from 'node:timers/promises';
import type { Scene } from '../stack/scene';
import type { Situation } from './situation';

/** MongoDB is away: work waits, requests are answered 503, no relay can be the active one. */
export const mongodbOutage: Situation = {
  name: 'MongoDB away',
  alerts: [
    { name: 'BreakerOpen', labels: { job: 'converter' } },
    { name: 'NoActiveRelay' },
    { name: 'ErrorBudgetBurnFast', labels: { slo: 'http' } },
    { name: 'ErrorBudgetBurnSlow', labels: { slo: 'http' } },
  ],
  begin: async (scene) => {
    // Work on its way meets the outage.
    await scene.traffic.burst(8);
    await scene.servers.crash('mongodb');
    const stopAsking = keepAsking(scene);
    return async () => {
      await stopAsking();
      await scene.servers.start('mongodb');
    };
  },
};

/** Listeners look after their jobs, and are told 503. @returns ends it */
function keepAsking({ operator }: Scene): () => Promise<void> {
  const ended = new AbortController();
  const ask = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await operator.look('/jobs').catch(() => undefined);
      await delay(50);
    }
  };
  const asking = Promise.all(Array.from({ length: 15 }, ask));
  return async () => {
    ended.abort();
    await asking;
  };
}
