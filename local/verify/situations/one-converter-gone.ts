import type { Situation } from './situation';

/** A worker that dies before it is ever scraped, as Prometheus sees it: one of two never answers. */
export const oneConverterGone: Situation = {
  name: 'one of two converters does not start',
  alerts: [{ name: 'WorkerCrashLoop', labels: { job: 'converter', severity: 'ticket' } }],
  begin: async ({ processes, signal }) => {
    await processes.crash('converter-2');
    return () => processes.start('converter-2', signal);
  },
};
