import type { ConsumeMessage } from 'amqplib';
import type { Topology, WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import { countOutcome } from './count-outcome';
import { toDelivery, type Delivery } from './delivery';
import { LetGo, Stopping } from './failure';
import type { Gate } from './gate';
import { notTheJobsFault } from './not-the-jobs-fault';
import type { Outcome } from './outcome';
import { pause } from './pause';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { settle } from './settle';
import { inDeliverySpan, noteOutcome } from './trace-delivery';

/** Does the work of one delivery. Resolves with what it came to; throwing is a defect. */
export type Work = (delivery: Delivery, signal: AbortSignal, log: Logger) => Promise<Outcome>;

/**
 * What a test build may put something around, to break or interrupt it: the publisher of the
 * copies, and the work. Once the work of a `completed` delivery, or the publisher's confirm for
 * any other, is there, only the ack is missing.
 */
export interface SettlingParts {
  readonly publisher: Publisher;
  readonly around: (work: Work) => Work;
}

export interface DeliveriesOptions {
  readonly topology: Topology;
  readonly settling: SettlingParts;
  readonly gate: Gate;
  /** Aborted once the channel is gone that the queue's deliveries come over now. */
  readonly closedSignal: (queue: WorkQueue) => AbortSignal;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Pause before a delivery that could not be settled is settled again, in milliseconds. */
  readonly settleEveryMs: number;
}

/** Carries deliveries from the broker client to the work and settles what they came to. */
export class Deliveries {
  /** No delivery is waited with any more. */
  readonly #stopping = new AbortController();
  /** Running work is handed back. */
  readonly #handBack = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly options: DeliveriesOptions) {}

  /**
   * Resolves once the delivery may be acked.
   *
   * @throws LetGo when it must be neither acked nor nacked: the broker hands it over again by
   * itself once its channel is gone. A nack would count towards the delivery limit.
   */
  handle(queue: WorkQueue, message: ConsumeMessage, work: Work): Promise<void> {
    // The handler is not told its channel; at its entry it is the one that is open now.
    const channelClosed = this.options.closedSignal(queue);
    const { topology, settling } = this.options;
    const running = inDeliverySpan(toDelivery(queue, message), topology, (delivery) =>
      this.#handle(delivery, settling.around(work), channelClosed),
    );
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
   * What waits for a dependency is deferred at once, and so is what still arrives afterwards (a
   * reconnect subscribes anew); what waits to be settled is let go.
   */
  async stop(graceMs: number): Promise<void> {
    const reason = new Stopping('the worker is stopping');
    this.#stopping.abort(reason);
    const handBack = () => {
      this.#handBack.abort(reason);
    };
    const expiry = setTimeout(handBack, graceMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(expiry);
    handBack();
  }

  async #handle(delivery: Delivery, work: Work, channelClosed: AbortSignal): Promise<void> {
    const { metrics } = this.options;
    const { queue, messageId, traceId } = delivery;
    const log = this.options.log.child({ queue, messageId, traceId });
    metrics.add('deliveries_in_progress', { queue }, 1);
    try {
      const outcome = await this.#outcome(delivery, work, channelClosed, log);
      noteOutcome(outcome);
      await this.#settle(outcome, delivery, channelClosed, log);
      countOutcome(queue, outcome, metrics);
      const level = outcome.kind === 'dead-letter' ? 'warn' : 'info';
      log[level]({ outcome }, `delivery ${outcome.kind}`);
    } finally {
      metrics.add('deliveries_in_progress', { queue }, -1);
    }
  }

  async #outcome(
    delivery: Delivery,
    work: Work,
    channelClosed: AbortSignal,
    log: Logger,
  ): Promise<Outcome> {
    const passage = await this.options.gate.pass(
      AbortSignal.any([this.#stopping.signal, channelClosed]),
    );
    switch (passage) {
      case 'open':
        try {
          return await work(delivery, this.#handBack.signal, log);
        } catch (error) {
          return notTheJobsFault(error, log);
        }
      case 'waited-too-long':
        return {
          kind: 'defer',
          reason: this.options.gate.deferReason,
          why: 'what it cannot begin without is away',
        };
      case 'let-go':
        return {
          kind: 'defer',
          // If it is the channel, nothing is settled and so nothing counted.
          reason: 'stopping',
          why: 'the worker is stopping, or the channel is gone',
        };
      default:
        return passage satisfies never;
    }
  }

  /** Tries until the broker holds the copy, its channel is gone, or the worker stops. */
  async #settle(
    outcome: Outcome,
    delivery: Delivery,
    channelClosed: AbortSignal,
    log: Logger,
  ): Promise<void> {
    const { topology, settling, settleEveryMs } = this.options;
    const letGo = AbortSignal.any([this.#stopping.signal, channelClosed]);
    for (;;) {
      // The broker hands the delivery over again: a copy would be one too many.
      if (channelClosed.aborted) {
        log.info({ outcome }, 'the channel of the delivery is gone; it will come again');
        throw new LetGo('its channel is gone');
      }
      try {
        await settle(outcome, delivery, topology, settling.publisher);
        return;
      } catch (error) {
        log.warn({ err: error }, 'delivery not settled yet');
      }
      await pause(settleEveryMs, letGo);
      if (this.#stopping.signal.aborted) throw new LetGo('the worker is stopping');
    }
  }
}
