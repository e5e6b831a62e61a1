import type { AmqpConnectionManager } from 'amqp-connection-manager';
import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { once } from 'node:events';

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

/** Whatever publishes with confirm; see {@link ConfirmedPublisher.publish}. */
export interface Publisher {
  publish(message: OutgoingMessage): Promise<void>;
}

/**
 * Publishes to a queue by name through the default exchange, persistent and mandatory, and
 * resolves once the broker has confirmed that it holds the message.
 *
 * It has a channel of its own: a publish that closes its channel must not take consumers along.
 * Not amqp-connection-manager's channel wrapper: that one opens a channel per connection only
 * once, and leaves the errors of a channel to nobody, which ends the connection or the process.
 */
export class ConfirmedPublisher implements Publisher {
  /** The channel to publish on, or the attempt to open it, and the connection it belongs to. */
  #open: { connection: ChannelModel; channel: Promise<ConfirmChannel> } | undefined;
  /** Publications that wait for their confirm; a return arrives before it and is noted here. */
  readonly #pending = new Map<string, { returned: boolean }>();
  /** Why the broker closed a channel; amqplib tells it apart from the publications it ends. */
  readonly #closeReasons = new WeakMap<ConfirmChannel, Error>();
  #publications = 0;
  #closed = false;

  constructor(
    private readonly connection: AmqpConnectionManager,
    private readonly timeoutMs: number,
  ) {}

  /**
   * @throws PublishFailed when the queue is missing (`unroutable`), full (`refused`), or the
   * broker did not answer within the timeout (`unknown`).
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const { body } = message;
    const content =
      body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    // The message id repeats over copies; a return must find this very publication.
    const key = String(++this.#publications);
    const publication = { returned: false };
    this.#pending.set(key, publication);
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new Error(`not confirmed within ${this.timeoutMs} ms`));
    }, this.timeoutMs);
    try {
      await Promise.race([
        this.#send(message, content, key, deadline.signal),
        rejectOnAbort(deadline.signal),
      ]);
    } catch (error) {
      throw new PublishFailed(message.queue, isNack(error) ? 'refused' : 'unknown', error);
    } finally {
      clearTimeout(timer);
      this.#pending.delete(key);
    }
    if (publication.returned) {
      throw new PublishFailed(message.queue, 'unroutable', new Error('no such queue'));
    }
  }

  /** Publications still waiting for their confirm end as `unknown`. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = this.#open;
    this.#open = undefined;
    // A channel that never opened, or closed with its connection, has nothing to close.
    await open?.channel.then((channel) => channel.close()).catch(() => undefined);
  }

  async #send(
    { queue, messageId, headers }: OutgoingMessage,
    content: Buffer,
    key: string,
    deadline: AbortSignal,
  ): Promise<void> {
    const channel = await this.#openChannel(deadline);
    // The caller was told `unknown` and may have sent a copy: what is not sent yet never is.
    deadline.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const options = {
        persistent: true,
        mandatory: true,
        contentType: 'application/json',
        messageId,
        correlationId: key,
        headers: { ...headers },
      };
      channel.sendToQueue(queue, content, options, (error: Error | null) => {
        if (error === null) resolve();
        else reject(this.#closeReasons.get(channel) ?? error);
      });
    });
  }

  async #openChannel(deadline: AbortSignal): Promise<ConfirmChannel> {
    const connection = await this.#connected(deadline);
    if (this.#open?.connection !== connection) {
      const opening = { connection, channel: this.#createChannel(connection) };
      this.#open = opening;
      const forget = () => {
        if (this.#open === opening) this.#open = undefined;
      };
      opening.channel.then((channel) => channel.once('close', forget), forget);
    }
    return this.#open.channel;
  }

  async #connected(deadline: AbortSignal): Promise<ChannelModel> {
    for (;;) {
      if (this.#closed) throw new Error('the publisher is closed');
      const { connection } = this.connection;
      if (connection !== undefined) return connection;
      await once(this.connection, 'connect', { signal: deadline });
    }
  }

  async #createChannel(connection: ChannelModel): Promise<ConfirmChannel> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error: Error) => {
      this.#closeReasons.set(channel, error);
    });
    channel.on('return', ({ properties }: Message) => {
      const publication = this.#pending.get(String(properties.correlationId));
      if (publication !== undefined) publication.returned = true;
    });
    return channel;
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** amqplib gives a nack no class or code of its own, only this text; its version is pinned. */
function isNack(error: unknown): boolean {
  return Error.isError(error) && error.message === 'message nacked';
}
