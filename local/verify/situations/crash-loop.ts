import type { Scene } from '../stack/scene';
import { waitUntil } from '../wait-until';
import type { Situation } from './situation';

const crashes = 3;

/** A worker that is killed as often as it is started. */
export const crashLoop: Situation = {
  name: 'a worker that crashes again and again',
  alerts: [{ name: 'WorkerCrashLoop', labels: { job: 'notification' } }],
  begin: async (scene) => {
    for (let crash = 0; crash < crashes; crash += 1) {
      const before = await startSeen(scene);
      await scene.processes.crash('notification');
      await scene.processes.start('notification', scene.signal);
      await waitUntil(
        'a scrape of the worker that was started anew',
        async () => ((await startSeen(scene)) > before ? true : undefined),
        { deadlineMs: 15_000, signal: scene.signal },
      );
    }
    return () => Promise.resolve();
  },
};

/** When the worker that Prometheus scraped last was started; before everything while it is away. */
async function startSeen({ prometheus }: Scene): Promise<number> {
  const found = await prometheus.query('process_start_time_seconds{job="notification"}');
  return found[0]?.points[0]?.[1] ?? 0;
}
