import { type AmqpConnectionManager, connect } from 'amqp-connection-manager';
import {
  ConfirmedPublisher,
  type OutgoingMessage,
  PublishFailed,
} from '../contracts/broker/confirmed-publisher';
import { declareTopology, type DifferentQueue } from '../contracts/broker/declare-topology';
import { declaringServers } from '../contracts/broker/declaring-servers';
import type { Topology } from '../contracts/topology';
import type { Logger } from '../observability/logger';
import type { Condition } from '../observability/readiness';

const reconnectSeconds = 1;
const heartbeatSeconds = 5;

/** The gateway's side of RabbitMQ: stays connected by itself and publishes with confirm. */
export class Broker {
  readonly #connection: AmqpConnectionManager;
  readonly #publisher: ConfirmedPublisher;
  readonly #reported = new Set<string>();
  #problem: string | undefined = 'not connected yet';

  /** Starts connecting, and goes on until {@link close}. */
  constructor(
    url: string,
    readonly topology: Topology,
    publishTimeoutMs: number,
    private readonly logger: Logger,
  ) {
    this.#connection = connect(undefined, {
      findServers: declaringServers(url, topology, (different) => {
        this.#report(different);
      }),
      heartbeatIntervalInSeconds: heartbeatSeconds,
      reconnectTimeInSeconds: reconnectSeconds,
      connectionOptions: { timeout: 10_000, clientProperties: { connection_name: 'gateway' } },
    });
    this.#publisher = new ConfirmedPublisher(this.#connection, publishTimeoutMs);
    this.#follow();
  }

  /**
   * Publishes one message, and resolves once the broker has it.
   * @throws PublishFailed
   */
  async publish(message: OutgoingMessage): Promise<void> {
    try {
      await this.#publisher.publish(message);
    } catch (error) {
      const connection = this.#connection.connection;
      const missing = error instanceof PublishFailed && error.outcome === 'unroutable';
      if (!missing || connection === undefined) throw error;
      // Somebody deleted the queue since we connected.
      this.#report(await declareTopology(connection, this.topology));
      await this.#publisher.publish(message);
    }
  }

  condition(): Condition {
    return { ok: this.#problem === undefined, detail: this.#problem ?? 'connected' };
  }

  async close(): Promise<void> {
    await this.#publisher.close();
    await this.#connection.close();
  }

  #follow(): void {
    const away = (problem: string, error: unknown) => {
      if (this.#problem !== problem) this.logger.warn({ err: error }, `rabbitmq: ${problem}`);
      this.#problem = problem;
    };
    this.#connection.on('connect', () => {
      this.#problem = undefined;
      this.logger.info('rabbitmq: connected');
    });
    this.#connection.on('connectFailed', ({ err }) => {
      away(`cannot connect (${err.message})`, err);
    });
    this.#connection.on('disconnect', ({ err }) => {
      away('connection lost', err);
    });
    this.#connection.on('blocked', ({ reason }) => {
      away(`takes no messages (${reason})`, undefined);
    });
    this.#connection.on('unblocked', () => {
      this.#problem = undefined;
    });
  }

  /** A queue with other arguments (the tutorial's) works, and is worth saying once. */
  #report(different: readonly DifferentQueue[]): void {
    for (const { queue, difference } of different) {
      if (this.#reported.has(queue)) continue;
      this.#reported.add(queue);
      this.logger.warn({ queue, difference }, 'queue exists with other arguments; used as it is');
    }
  }
}
