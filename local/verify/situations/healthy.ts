import type { Situation } from './situation';

/** Listeners come and go, everything works. */
export const healthy: Situation = {
  name: 'healthy',
  alerts: [],
  quietS: 45,
  begin: async ({ operator }) => {
    await operator.look('/operator/dead-letters/groups');
    await operator.look('/operator/dead-letters/audit');
    return () => Promise.resolve();
  },
};
