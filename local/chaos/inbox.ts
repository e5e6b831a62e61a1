import type { Mail } from '../servers/inbox/mail-store';
import { createTestInbox, type TestInbox } from '../test-inbox';
import type { StackConfig } from '../stack-config';

export interface ChaosInbox extends TestInbox {
  /** Every mail to anybody, oldest first. */
  allMails(): Promise<Mail[]>;
}

export function createChaosInbox(config: StackConfig): ChaosInbox {
  const inbox = createTestInbox(config);
  return {
    ...inbox,
    async allMails() {
      const response = await fetch(`${inbox.url}/mails`, { signal: AbortSignal.timeout(30_000) });
      if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
      return (await response.json()) as Mail[];
    },
  };
}
