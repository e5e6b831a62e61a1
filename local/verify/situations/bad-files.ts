import { GatewayClient } from '../../gateway-client';
import { waitUntil } from '../wait-until';
import type { Situation } from './situation';

/**
 * Files that nobody can convert, and a mailbox that is busy at first: listeners are told, or told
 * later; no operator is.
 */
export const badFiles: Situation = {
  name: 'bad files, a busy mailbox',
  alerts: [],
  quietS: 5,
  begin: async ({ gateway, inbox, accounts, samples, signal }) => {
    const [account, busy] = accounts;
    const later = { kind: 'refuse', code: 451 } as const;
    await inbox.behave({ to: busy?.user, at: 'recipient', answer: later, times: 2 });
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
