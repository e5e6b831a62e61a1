import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel, Message } from 'amqplib';
import type { WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import type { Condition } from '../../observability/readiness';

/** What golevelup does not do for its consumers: come back, tell their state, stop taking. */
export class Consumers {
  #stopping = false;

  constructor(
    private readonly connection: AmqpConnection,
    private readonly queues: readonly WorkQueue[],
    private readonly log: Logger,
  ) {}

  /** Watches every channel, now and after each reconnect. */
  async watch(): Promise<void> {
    for (const queue of this.queues) {
      const managed = this.connection.managedChannels[queue];
      if (managed === undefined) throw new Error(`no channel for queue ${queue}`);
      await managed.addSetup((channel: ConfirmChannel) => {
        this.#watchChannel(queue, channel);
      });
    }
  }

  /** Ready means: a live consumer on every queue. */
  condition(): Condition {
    const missing = this.queues.filter((queue) => !this.#hasConsumer(queue));
    if (missing.length === 0) return { ok: true, detail: 'consuming' };
    return { ok: false, detail: `no consumer on ${missing.join(', ')}` };
  }

  /**
   * Takes no further delivery. golevelup drains and closes afterwards; without this it would burn
   * what still arrives (golevelup/nestjs issue 889).
   */
  async stopTaking(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      this.connection.consumerTags.map((tag) =>
        this.connection.cancelConsumer(tag).catch((error: unknown) => {
          this.log.debug({ err: error }, 'consumer not cancelled; its channel is gone');
        }),
      ),
    );
  }

  #hasConsumer(queue: WorkQueue): boolean {
    const channel = this.connection.channels[queue];
    return this.connection.connected && channel !== undefined && liveConsumers(channel) > 0;
  }

  #watchChannel(queue: WorkQueue, channel: ConfirmChannel): void {
    // A cancel by the broker (queue deleted, node gone) is otherwise ignored for ever.
    channel.on('cancel', (cancelled: Message) => {
      const tag: unknown = cancelled.fields.consumerTag;
      if (typeof tag !== 'string' || this.#stopping) return;
      this.log.warn({ queue }, 'the broker cancelled the consumer; resuming');
      this.connection.resumeConsumer(tag).catch((error: unknown) => {
        this.log.error({ err: error, queue }, 'consumer not resumed; reconnecting');
        this.#reconnect();
      });
    });
    // amqp-connection-manager makes a new channel only on a new connection.
    channel.on('close', () => {
      // A connection that closes closes its channels first, and says so later in the same turn.
      // Asked to reconnect in between, the manager would close a dead connection and stay there.
      setImmediate(() => {
        if (this.#stopping || this.connection.channels[queue] !== channel) return;
        if (!this.connection.connected) return;
        this.log.warn({ queue }, 'the channel closed while the connection lives; reconnecting');
        this.#reconnect();
      });
    });
  }

  #reconnect(): void {
    this.connection.managedConnection.reconnect();
  }
}

/**
 * golevelup keeps the tags of dead channels and hides which channel a tag belongs to, so the truth
 * is amqplib's own map of the channel, which a broker-side cancel also empties. Not in its types;
 * the version is pinned and a test watches it.
 */
function liveConsumers(channel: object): number {
  return 'consumers' in channel && channel.consumers instanceof Map ? channel.consumers.size : 0;
}
