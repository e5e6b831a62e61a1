import type { WorkQueue } from '../../contracts/topology';

/**
 * Which channel each queue's deliveries come over, and when it is gone: from then on the broker
 * hands unsettled deliveries over again, whatever we do with them.
 */
export class OpenChannels<Channel extends object> {
  readonly #open = new Map<WorkQueue, Channel>();
  readonly #closed = new Map<WorkQueue, AbortController>();

  opened(queue: WorkQueue, channel: Channel): void {
    // A delivery can be quicker than whoever tells us of its channel; it holds the first signal.
    if (this.#open.has(queue)) this.#abort(queue);
    this.#open.set(queue, channel);
  }

  closed(queue: WorkQueue, channel: Channel): void {
    if (this.#open.get(queue) !== channel) return;
    this.#open.delete(queue);
    this.#abort(queue);
  }

  current(queue: WorkQueue): Channel | undefined {
    return this.#open.get(queue);
  }

  /** Aborted once the channel that the queue's deliveries now come over is gone. */
  closedSignal(queue: WorkQueue): AbortSignal {
    let controller = this.#closed.get(queue);
    if (controller === undefined) {
      controller = new AbortController();
      this.#closed.set(queue, controller);
    }
    return controller.signal;
  }

  #abort(queue: WorkQueue): void {
    const controller = this.#closed.get(queue);
    this.#closed.delete(queue);
    controller?.abort(new Error('the channel of the delivery is gone'));
  }
}
