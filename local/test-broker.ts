import { connect, type ConfirmChannel, type GetMessage, type Options } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology } from '../contracts/topology';
import { createVhost, type TestVhost } from './test-stack';

/** A virtual host of its own and a plain AMQP client on it, as a test's eyes and hands. */
export interface TestBroker {
  readonly vhost: TestVhost;
  publish(queue: string, body: unknown, options?: Options.Publish): Promise<void>;
  /** Ready messages of each queue of a topology that has any. */
  counts(topology: Topology): Promise<Record<string, number>>;
  /** Takes the next message off a queue, once there is one. */
  take(queue: string): Promise<GetMessage>;
  /** Takes what is in a queue now. */
  takeAll(queue: string): Promise<GetMessage[]>;
  readonly channel: ConfirmChannel;
  close(): Promise<void>;
}

/** How the test's own client shows in the broker's list of connections. */
export const testConnectionName = 'test';

export async function openTestBroker(): Promise<TestBroker> {
  const vhost = await createVhost();
  const connection = await connect(vhost.url, {
    clientProperties: { connection_name: testConnectionName },
  });
  const channel = await connection.createConfirmChannel();
  return {
    vhost,
    channel,
    async publish(queue, body, options = {}) {
      const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      channel.sendToQueue(queue, content, { persistent: true, ...options });
      await channel.waitForConfirms();
    },
    async counts(topology) {
      const counts: Record<string, number> = {};
      for (const { name } of topology.queues) {
        const { messageCount } = await channel.checkQueue(name);
        if (messageCount > 0) counts[name] = messageCount;
      }
      return counts;
    },
    async take(queue) {
      return eventually(`a message in ${queue}`, async () => {
        const message = await channel.get(queue, { noAck: true });
        return message === false ? undefined : message;
      });
    },
    async takeAll(queue) {
      const taken: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) return taken;
        taken.push(message);
      }
    },
    async close() {
      await connection.close();
      await vhost.drop();
    },
  };
}

/** Asks until the answer is there. @throws after `timeoutMs`, naming what was waited for. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  timeoutMs = 20_000,
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${timeoutMs} ms`);
    await delay(20);
  }
}
