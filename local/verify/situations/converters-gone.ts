import type { Situation } from './situation';

/** Nobody is there to convert: both converters are stopped. */
export const convertersGone: Situation = {
  name: 'converters stopped',
  alerts: [{ name: 'ProcessDown', labels: { job: 'converter' } }],
  begin: async ({ processes, signal }) => {
    await Promise.all([processes.stop('converter'), processes.stop('converter-2')]);
    return async () => {
      await Promise.all([
        processes.start('converter', signal),
        processes.start('converter-2', signal),
      ]);
    };
  },
};
