import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel } from 'amqplib';
import { surviveUnreadableHeaders } from '../../contracts/broker/unreadable-headers';
import type { WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import type { Condition } from '../../observability/readiness';
import type { OpenChannels } from './open-channels';

/** Fields of `basic.cancel` (AMQP 0-9-1), as amqplib emits them; its types leave the event out. */
interface CancelFields {
  readonly consumerTag: string;
}

/** What golevelup does not do for its consumers: come back, tell their state, stop taking. */
export class Consumers {
  #stopping = false;

  constructor(
    private readonly connection: AmqpConnection,
    private readonly queues: readonly WorkQueue[],
    /** Kept by us: golevelup's own list keeps a closed channel. */
    private readonly channels: OpenChannels<ConfirmChannel>,
    private readonly log: Logger,
  ) {}

  /** Watches every channel, now and after each reconnect. */
  async watch(): Promise<void> {
    const { managedConnection } = this.connection;
    const survive = () => {
      const { connection } = managedConnection;
      if (connection !== undefined) surviveUnreadableHeaders(connection);
    };
    survive();
    // Before anything is delivered: the channels are opened on the same event.
    managedConnection.on('connect', survive);
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
    const channel = this.channels.current(queue);
    return this.connection.connected && channel !== undefined && liveConsumers(channel) > 0;
  }

  #watchChannel(queue: WorkQueue, channel: ConfirmChannel): void {
    this.channels.opened(queue, channel);
    // A cancel by the broker (queue deleted, node gone) is otherwise ignored for ever.
    channel.on('cancel', ({ consumerTag: tag }: CancelFields) => {
      if (this.#stopping) return;
      this.log.warn({ queue }, 'the broker cancelled the consumer; resuming');
      this.#resume(tag).catch((error: unknown) => {
        this.log.error({ err: error, queue }, 'consumer not resumed; reconnecting');
        this.#reconnect();
      });
    });
    // Left to nobody, it would be thrown inside amqplib and end the connection at once.
    channel.on('error', (error: Error) => {
      this.log.warn({ err: error, queue }, 'the broker closed the channel');
    });
    // amqp-connection-manager makes a new channel only on a new connection.
    channel.on('close', () => {
      this.channels.closed(queue, channel);
      // A connection that closes closes its channels first, and says so later in the same turn.
      // Asked to reconnect in between, the manager would close a dead connection and stay there.
      setImmediate(() => {
        const replaced = this.channels.current(queue) !== undefined;
        if (this.#stopping || replaced || !this.connection.connected) return;
        this.log.warn({ queue }, 'the channel closed while the connection lives; reconnecting');
        this.#reconnect();
      });
    });
  }

  async #resume(tag: string): Promise<void> {
    const resumed = await this.connection.resumeConsumer(tag);
    if (resumed === null) throw new Error(`golevelup knows no consumer ${tag}`);
  }

  #reconnect(): void {
    const { managedConnection } = this.connection;
    const { connection } = managedConnection;
    managedConnection.reconnect();
    // It has just removed every listener of the old connection, which can fail until it is closed;
    // an `error` that nobody hears ends the process.
    connection?.on('error', (error: Error) => {
      this.log.debug({ err: error }, 'the connection that was given up failed');
    });
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
