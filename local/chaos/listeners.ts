import { randomUUID } from 'node:crypto';
import { eventually } from '../test-broker';
import type { ChaosStack } from './chaos-stack';

/** A user of the product, with the token of one login. */
export interface Listener {
  readonly address: string;
  readonly token: string;
}

/** Makes users and logs them in, one after the other: a busy machine hashes slowly. */
export async function makeListeners(stack: ChaosStack, count: number): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (let number = 1; number <= count; number += 1) {
    const address = `listener-${number}@example.com`;
    const password = randomUUID();
    await stack.users(['add', address], `${password}\n`);
    const token = await eventually(`login of ${address}`, () => logIn(stack, address, password));
    listeners.push({ address, token });
  }
  return listeners;
}

async function logIn(
  { gateway }: ChaosStack,
  address: string,
  password: string,
): Promise<string | undefined> {
  const credentials = Buffer.from(`${address}:${password}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const response = await fetch(`${gateway}/login`, { method: 'POST', headers });
  const answer = await response.text();
  return response.ok ? answer : undefined;
}
