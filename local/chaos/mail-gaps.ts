import type { Collection } from 'mongodb';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A kill or pause of a notification worker, and the mails it had taken and not noted as sent at
 * that moment. Only these may be sent once more for it.
 */
export interface MailGap {
  readonly atMs: number;
  readonly process: string;
  readonly how: 'kill' | 'pause';
  readonly messageIds: readonly string[];
}

/** What the watch reads of a ledger entry (pipeline/notification/mail-ledger.ts). */
export interface LedgerEntry {
  readonly _id: string;
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly sentAt: Date | null;
  readonly claim: { readonly worker: string } | null;
}

/** Shorter than a claim: then another worker may have taken over what the killed one had. */
const patienceMs = 30_000;
const retryMs = 100;

/** Looks into the ledger whenever a notification worker is killed or stands still. */
export class MailGaps {
  readonly gaps: MailGap[] = [];
  readonly #looking: Promise<void>[] = [];

  constructor(private readonly ledger: Collection<LedgerEntry>) {}

  /** Call it just after the signal; the worker cannot change its entries any more. */
  look(process: string, pid: number, how: MailGap['how']): void {
    const atMs = Date.now();
    this.#looking.push(
      this.#taken(pid).then((messageIds) => {
        this.gaps.push({ atMs, process, how, messageIds });
      }),
    );
  }

  async settled(): Promise<void> {
    await Promise.all(this.#looking);
  }

  async #taken(pid: number): Promise<string[]> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        const entries = await this.ledger
          .find({ 'claim.worker': `${hostname()}:${pid}`, state: 'pending' })
          .toArray();
        return entries.map(({ _id }) => _id);
      } catch (error) {
        // MongoDB is away as well; what it holds stays as it is.
        if (performance.now() > deadline) throw error;
        await delay(retryMs);
      }
    }
  }
}
