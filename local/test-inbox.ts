import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { inboxUrl, smtpUrl } from './servers/inbox';
import type { behaviourSchema } from './servers/inbox/behaviour';
import type { Mail } from './servers/inbox/mail-store';
import type { StackConfig } from './stack-config';

export interface TestInbox {
  /** For the product: STARTTLS and AUTH with the stack's account. */
  readonly smtpUrl: string;
  /** The page and API; ends without a slash. */
  readonly url: string;
  /** Mails to this address so far, oldest first. */
  mails(to: string): Promise<Mail[]>;
  /** Resolves when at least `count` mails to this address are there. */
  waitForMails(to: string, count?: number, timeoutMs?: number): Promise<Mail[]>;
  /** Scripts the inbox' answers; give `to`, because other suites use the same inbox. */
  behave(behaviour: z.input<typeof behaviourSchema>): Promise<void>;
  /** Withdraws what was scripted for this address. */
  behaveNormally(to: string): Promise<void>;
}

/** A client of the inbox' API. */
export function createTestInbox(config: StackConfig): TestInbox {
  const url = inboxUrl(config);
  const mails = async (to: string): Promise<Mail[]> =>
    (await call('GET', `${url}/mails?to=${encodeURIComponent(to)}`)) as Mail[];
  return {
    smtpUrl: smtpUrl(config),
    url,
    mails,
    async waitForMails(to, count = 1, timeoutMs = 30_000) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = await mails(to);
        if (found.length >= count) return found;
        if (performance.now() > deadline) {
          throw new Error(
            `${found.length} mails to ${to} after ${timeoutMs} ms, expected ${count}`,
          );
        }
        await delay(50);
      }
    },
    async behave(behaviour) {
      await call('POST', `${url}/behaviour`, behaviour);
    },
    async behaveNormally(to) {
      await call('DELETE', `${url}/behaviour?to=${encodeURIComponent(to)}`);
    },
  };
}

async function call(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
