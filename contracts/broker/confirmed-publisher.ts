import type { AmqpConnectionManager, ChannelWrapper } from 'amqp-connection-manager';
import type { ConfirmChannel, Message } from 'amqplib';

export interface OutgoingMessage {
  readonly queue: string;
  readonly body: unknown;
  /** Stable over copies of one message; lets a reader recognise a duplicate. */
  readonly messageId: string;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** The broker did not take the message, or we cannot know whether it did. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  constructor(
    readonly queue: string,
    /** `unknown`: no answer in time, so the message may or may not be in the queue. */
    readonly outcome: 'refused' | 'unroutable' | 'unknown',
    cause: unknown,
  ) {
    const detail = Error.isError(cause) ? cause.message : String(cause);
    super(`message for queue ${queue}: ${outcome} (${detail})`, { cause });
  }
}

/**
 * Publishes to a queue by name through the default exchange, persistent and mandatory, and
 * resolves once the broker has confirmed that it holds the message.
 *
 * It has a channel of its own: a publish that closes its channel must not take consumers along.
 */
export class ConfirmedPublisher {
  readonly #channel: ChannelWrapper;
  /** A return arrives before its confirm, so it is noted here until the confirm asks. */
  readonly #returned = new Set<string>();
  #publications = 0;

  constructor(
    connection: AmqpConnectionManager,
    private readonly timeoutMs: number,
  ) {
    this.#channel = connection.createChannel({
      name: 'publisher',
      confirm: true,
      publishTimeout: timeoutMs,
      setup: (channel: ConfirmChannel) => {
        channel.on('return', (message: Message) => {
          const key: unknown = message.properties.correlationId;
          if (typeof key === 'string') this.#returned.add(key);
        });
      },
    });
  }

  /**
   * @throws PublishFailed when the queue is missing (`unroutable`), full (`refused`), or the
   * broker did not answer within the timeout (`unknown`).
   */
  async publish({ queue, body, messageId, headers }: OutgoingMessage): Promise<void> {
    const content =
      body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    // The message id repeats over copies; a return must find this very publication.
    const publication = String(++this.#publications);
    try {
      await this.#channel.sendToQueue(queue, content, {
        persistent: true,
        mandatory: true,
        contentType: 'application/json',
        messageId,
        correlationId: publication,
        headers: { ...headers },
        timeout: this.timeoutMs,
      });
    } catch (error) {
      const nacked = Error.isError(error) && error.message.includes('nack');
      throw new PublishFailed(queue, nacked ? 'refused' : 'unknown', error);
    }
    const returned = this.#returned.delete(publication);
    if (returned) throw new PublishFailed(queue, 'unroutable', new Error('no such queue'));
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }
}
