import type { Situation } from './situation';

const converters = [1, 2];

/** No room for videos at either converter; both leave the queue until there is. */
export const fullDisks: Situation = {
  name: 'work disks full',
  alerts: [{ name: 'WorkDiskFull' }, { name: 'NoConsumers', labels: { queue: 'video' } }],
  begin: async ({ disks }) => {
    for (const number of converters) await disks.fill(number);
    return async () => {
      for (const number of converters) await disks.free(number);
    };
  },
};
