import { randomUUID } from 'node:crypto';
import type { ChaosStack } from './chaos-stack';

/** A user of the product, with the token of one login. */
export interface Listener {
  readonly address: string;
  readonly token: string;
}

/** Makes users and logs them in, before anything is disturbed. */
export async function makeListeners(stack: ChaosStack, count: number): Promise<Listener[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const address = `listener-${index + 1}@example.com`;
      const password = randomUUID();
      await stack.users(['add', address], `${password}\n`);
      const credentials = Buffer.from(`${address}:${password}`).toString('base64');
      const response = await fetch(`${stack.gateway}/login`, {
        method: 'POST',
        headers: { authorization: `Basic ${credentials}` },
      });
      const token = await response.text();
      if (!response.ok) throw new Error(`login of ${address}: ${response.status} ${token}`);
      return { address, token };
    }),
  );
}
