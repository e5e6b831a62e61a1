import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import {
  ConfirmedPublisher,
  PublishFailed,
  type OutgoingMessage,
} from '../contracts/broker/confirmed-publisher';
import { declareTopology, type DifferentQueue } from '../contracts/broker/declare-topology';
import { declaringServers } from '../contracts/broker/declaring-servers';
import { refusalOf } from '../contracts/broker/refusal-of';
import { surviveUnreadableHeaders } from '../contracts/broker/unreadable-headers';
import type { Topology } from '../contracts/topology';
import type { Logger } from './logger';
import type { Condition } from './readiness';
import { reportDifferent } from './report-different';

/** RabbitMQ is not connected, or did not answer a question. */
export class BrokerAway extends Error {
  override readonly name = 'BrokerAway';
}

/**
 * A connection that publishes: it stays connected by itself, declares the queues, publishes with
 * confirm, and counts what waits in a queue.
 */
export class BrokerConnection {
  readonly #connection: AmqpConnectionManager;
  readonly #publisher: ConfirmedPublisher;
  readonly #reportDifferent: (different: readonly DifferentQueue[]) => void;
  #problem: string | undefined = 'not connected yet';

  /**
   * Starts connecting, and goes on until {@link close}.
   *
   * @param name How it shows in the broker's list of connections.
   * @param timeoutMs Longest wait for one answer of the broker, in milliseconds.
   */
  constructor(
    name: string,
    url: string,
    readonly topology: Topology,
    private readonly timeoutMs: number,
    private readonly log: Logger,
  ) {
    this.#reportDifferent = reportDifferent(log);
    this.#connection = connect(null, {
      heartbeatIntervalInSeconds: 5,
      reconnectTimeInSeconds: 1,
      connectionOptions: { timeout: 10_000, clientProperties: { connection_name: name } },
      findServers: declaringServers(url, topology, this.#reportDifferent),
    });
    this.#publisher = new ConfirmedPublisher(this.#connection, timeoutMs);
    this.#follow();
  }

  /**
   * Publishes one message, and resolves once the broker has it. Not tried while the broker is known
   * to take nothing: each try may leave a copy in a socket.
   *
   * @throws BrokerAway, PublishFailed
   */
  async publish(message: OutgoingMessage): Promise<void> {
    const connection = this.#connected();
    try {
      await this.#publisher.publish(message);
    } catch (error) {
      if (!(error instanceof PublishFailed && error.outcome === 'unroutable')) throw error;
      // Somebody deleted the queue since we connected.
      this.#reportDifferent(await this.#within(declareTopology(connection, this.topology)));
      await this.#publisher.publish(message);
    }
  }

  /** Ready messages in these queues together; one that is missing holds none. @throws BrokerAway */
  async readyMessages(queues: readonly string[]): Promise<number> {
    return this.#within(countReady(this.#connected(), queues));
  }

  /**
   * Takes messages off the head of a queue: `use` has them, and once it has resolved they are acked.
   * When it throws they stay.
   *
   * @param limits How many messages at most, and after how many bytes no further one is fetched.
   * @returns how many were taken; none when the queue is missing.
   * @throws BrokerAway, or what `use` throws
   */
  async take(
    queue: string,
    limits: { readonly messages: number; readonly bytes: number },
    use: (messages: readonly GetMessage[]) => Promise<void>,
  ): Promise<number> {
    const channel = await this.#openChannel();
    const refusals: unknown[] = [];
    channel.on('error', (error: Error) => {
      if ('code' in error) refusals.push(error.code);
    });
    try {
      const taken: GetMessage[] = [];
      let bytes = 0;
      while (taken.length < limits.messages && bytes < limits.bytes) {
        const message = await this.#within(channel.get(queue));
        if (message === false) break;
        taken.push(message);
        bytes += message.content.length;
      }
      const last = taken.at(-1);
      if (last === undefined) return 0;
      await use(taken);
      channel.ack(last, true);
      return taken.length;
    } catch (error) {
      if (refusals.includes(404)) return 0;
      throw error;
    } finally {
      // The acks went before it. Closing a channel of a broken connection never ends (amqplib 0.10).
      await this.#within(channel.close()).catch(() => undefined);
    }
  }

  condition(): Condition {
    return { ok: this.#problem === undefined, detail: this.#problem ?? 'connected' };
  }

  async close(): Promise<void> {
    await this.#publisher.close();
    await this.#connection.close();
  }

  #connected(): ChannelModel {
    const { connection } = this.#connection;
    if (this.#problem === undefined && connection !== undefined) return connection;
    throw new BrokerAway(`rabbitmq: ${this.#problem ?? 'not connected'}`);
  }

  /** One that opens too late is closed: a connection has so many, and nobody else would. */
  async #openChannel(): Promise<Channel> {
    const opening = this.#connected().createChannel();
    try {
      return await this.#within(opening);
    } catch (error) {
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  }

  /** A queue whose leader is gone makes the broker silent for a minute (RabbitMQ 3.10). */
  async #within<Answer>(asked: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
    });
    try {
      return await Promise.race([asked, tooLate]);
    } catch (error) {
      const problem = Error.isError(error) ? error.message : String(error);
      throw new BrokerAway(`rabbitmq: ${problem}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  #follow(): void {
    const away = (problem: string) => {
      if (this.#problem !== problem) this.log.warn(`rabbitmq: ${problem}`);
      this.#problem = problem;
    };
    this.#connection.on('connect', () => {
      const { connection } = this.#connection;
      // A dead-letter queue holds what anybody sent.
      if (connection !== undefined) surviveUnreadableHeaders(connection);
      this.#problem = undefined;
      this.log.info('rabbitmq: connected');
    });
    this.#connection.on('connectFailed', ({ err }) => {
      away(`cannot connect (${err.message})`);
    });
    this.#connection.on('disconnect', () => {
      away('connection lost');
    });
    this.#connection.on('blocked', ({ reason }) => {
      away(`takes no messages (${reason})`);
    });
    this.#connection.on('unblocked', () => {
      this.#problem = undefined;
    });
  }
}

async function countReady(connection: ChannelModel, queues: readonly string[]): Promise<number> {
  let ready = 0;
  for (const queue of queues) {
    await refusalOf(connection, 404, async (channel) => {
      ready += (await channel.checkQueue(queue)).messageCount;
    });
  }
  return ready;
}
