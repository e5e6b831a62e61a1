import type { BrokerConnection } from '../../observability/broker-connection';

/**
 * How many messages a group of queues lacks, compared with what the records say. A delivery in a
 * consumer's hands is in no queue's count, so some lack for a moment: what counts is only what was
 * missing the last time as well, and has not been told yet: whoever is told publishes it again, and
 * a look in between may find the mark of that and not yet the message. A copy for one that was not
 * lost fills the gap, so that mistakes do not add up.
 */
export class Shortfall {
  #before = 0;

  constructor(
    private readonly broker: Pick<BrokerConnection, 'readyMessages'>,
    private readonly queues: readonly string[],
  ) {}

  /** @throws BrokerAway, or what `expected` throws. */
  async look(expected: () => Promise<number>): Promise<number> {
    const before = this.#before;
    this.#before = 0;
    const ready = await this.broker.readyMessages(this.queues);
    const missing = Math.max(0, (await expected()) - ready);
    const confirmed = Math.min(before, missing);
    this.#before = missing - confirmed;
    return confirmed;
  }

  /** Nothing is expected now. */
  reset(): void {
    this.#before = 0;
  }
}
