import type { ConsumeMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import type { Topology, WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import { toDelivery, type Delivery } from './delivery';
import { Stopping } from './failure';
import type { Outcome } from './outcome';
import { settle } from './settle';

/** Does the work of one delivery. Resolves with what it came to; throwing is a defect. */
export type Work = (delivery: Delivery, signal: AbortSignal, log: Logger) => Promise<Outcome>;

export interface DeliveriesOptions {
  readonly topology: Topology;
  readonly publisher: ConfirmedPublisher;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Pause before a delivery that could not be settled goes back, in milliseconds. */
  readonly unsettledPauseMs: number;
}

/** Carries deliveries from the broker client to the work and settles what they came to. */
export class Deliveries {
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly options: DeliveriesOptions) {}

  /**
   * Resolves once the delivery may be acked.
   *
   * @throws when it must not be acked: the broker then hands it over again.
   */
  handle(queue: WorkQueue, message: ConsumeMessage, work: Work): Promise<void> {
    const running = this.#handle(toDelivery(queue, message, randomUUID()), work);
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return running;
  }

  /**
   * Lets running work finish for `graceMs`, then tells it to hand back; resolves when none runs.
   * What still arrives afterwards (a reconnect subscribes anew) is handed back at once.
   */
  async stop(graceMs: number): Promise<void> {
    const handBack = () => {
      this.#stop.abort(new Stopping('the worker is stopping'));
    };
    const expiry = setTimeout(handBack, graceMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(expiry);
    handBack();
  }

  async #handle(delivery: Delivery, work: Work): Promise<void> {
    const { topology, publisher, metrics } = this.options;
    const { queue, messageId } = delivery;
    const log = this.options.log.child({ queue, messageId });
    metrics.add('deliveries_in_progress', { queue }, 1);
    try {
      const outcome = await work(delivery, this.#stop.signal, log);
      await settle(outcome, delivery, topology, publisher);
      metrics.count('deliveries_total', { queue, outcome: outcome.kind });
      const level = outcome.kind === 'dead-letter' ? 'warn' : 'info';
      log[level]({ outcome }, `delivery ${outcome.kind}`);
    } catch (error) {
      log.error({ err: error }, 'delivery could not be settled; it goes back to its queue');
      // Without the pause one message that cannot be settled would spin through the broker.
      await delay(this.options.unsettledPauseMs, undefined, { signal: this.#stop.signal }).catch(
        () => undefined,
      );
      throw error;
    } finally {
      metrics.add('deliveries_in_progress', { queue }, -1);
    }
  }
}
