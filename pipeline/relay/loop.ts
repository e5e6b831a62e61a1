import { setTimeout as delay } from 'node:timers/promises';
import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import type { Logger } from '../../observability/logger';
import { isMongoOutage } from '../../observability/mongo-outage';
import { BrokerAway } from '../../observability/broker-connection';
import { LeaseLost } from './lease';

/**
 * Does something again and again, the next time only after the last has ended. An outage is waited
 * for: what failed is tried again, and said once.
 */
export class Loop {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #problem: string | undefined;

  /** @param everyMs Pause between the end of one tick and the next, in milliseconds. */
  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly tick: () => Promise<void>,
    private readonly log: Logger,
  ) {
    this.#running = this.#run();
  }

  /** Resolves once a tick that runs has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const stopping = () => signal.aborted;
    while (!stopping()) {
      try {
        await this.tick();
        if (this.#problem !== undefined) this.log.info(`${this.name}: works again`);
        this.#problem = undefined;
      } catch (error) {
        if (!stopping()) this.#report(error);
      }
      await delay(this.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #report(error: unknown): void {
    if (error instanceof LeaseLost) return;
    const problem = Error.isError(error) ? `${error.name}: ${error.message}` : String(error);
    const outage =
      error instanceof PublishFailed || error instanceof BrokerAway || isMongoOutage(error);
    // Texts of an outage differ from call to call.
    const kind = outage ? 'outage' : problem;
    if (kind === this.#problem) return;
    this.#problem = kind;
    if (outage) this.log.warn({ problem }, `${this.name}: waits for a server`);
    else this.log.error({ err: error }, `${this.name}: failed; it is tried again`);
  }
}
