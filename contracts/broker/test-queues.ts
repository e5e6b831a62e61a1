import { connect, type GetMessage, type Options } from 'amqplib';

/** Looks into queues and makes odd ones. For tests only. */
export interface TestQueues {
  make(queue: string, args?: Record<string, string | number>): Promise<void>;
  remove(queue: string): Promise<void>;
  put(queue: string, content: string, options?: Options.Publish): Promise<void>;
  /** Takes every ready message out of the queue. */
  takeAll(queue: string): Promise<GetMessage[]>;
  /** Waits until the queue has a message and takes it out. */
  takeOne(queue: string): Promise<GetMessage>;
  /** Names of those of the queues that hold a ready message, with their counts. */
  filled(queues: readonly string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export async function openTestQueues(url: string): Promise<TestQueues> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  return {
    async make(queue, args = {}) {
      await channel.assertQueue(queue, { durable: true, arguments: args });
    },
    async remove(queue) {
      await channel.deleteQueue(queue);
    },
    async put(queue, content, options = {}) {
      channel.sendToQueue(queue, Buffer.from(content), { persistent: true, ...options });
      await channel.waitForConfirms();
    },
    async takeAll(queue) {
      const taken: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) return taken;
        taken.push(message);
      }
    },
    takeOne: (queue) =>
      until(`a message in ${queue}`, async () => {
        const message = await channel.get(queue, { noAck: true });
        return message === false ? undefined : message;
      }),
    async filled(queues) {
      const counts: Record<string, number> = {};
      for (const queue of queues) {
        const { messageCount } = await channel.checkQueue(queue);
        if (messageCount > 0) counts[queue] = messageCount;
      }
      return counts;
    },
    close: () => connection.close(),
  };
}

/**
 * Asks again and again until there is an answer. For what only the broker knows and does not
 * announce; a test that can wait for an event waits for that.
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  limitMs = 20_000,
): Promise<Answer> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > giveUpAt) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
