import type { Situation } from './situation';

/** The mail server is away: mails wait. */
export const smtpOutage: Situation = {
  name: 'mail server away',
  alerts: [{ name: 'BreakerOpen', labels: { dependency: 'smtp' } }],
  begin: async ({ servers }) => {
    await servers.crash('inbox');
    return () => servers.start('inbox');
  },
};
