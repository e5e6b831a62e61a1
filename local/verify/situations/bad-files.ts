import { GatewayClient } from '../../gateway-client';
import { waitUntil } from '../wait-until';
import type { Situation } from './situation';

/** Files that nobody can convert: their listeners are told, no operator is. */
export const badFiles: Situation = {
  name: 'bad files',
  alerts: [],
  quietS: 5,
  begin: async ({ gateway, accounts, samples, signal }) => {
    const [account] = accounts;
    const client = new GatewayClient(gateway, signal);
    await client.logIn(account?.user ?? '', account?.password ?? '');
    for (const path of samples.bad) {
      const { id } = await client.upload(path, () => undefined);
      await waitUntil(
        `refusal of ${path}`,
        async () => ((await client.job(id)).state === 'failed' ? true : undefined),
        { deadlineMs: 30_000, signal },
      );
    }
    return () => Promise.resolve();
  },
};
