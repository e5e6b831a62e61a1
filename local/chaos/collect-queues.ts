import { connect } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { buildTopology, deadQueue, type Topology } from '../../contracts/topology';
import { takeLettersLeft, type LetterLeft } from '../letters-left';
import { queueNames } from '../queue-names';
import { rabbitmqVhost } from '../servers/rabbitmq-definitions';
import { amqpUrl, callManagement, managementApi } from '../servers/rabbitmq-urls';
import type { StackConfig } from '../stack-config';
import { retryDelaysMs } from './settings';

export function chaosTopology(): Topology {
  return buildTopology(queueNames, retryDelaysMs);
}

/**
 * Messages in every queue, delivered and not acked ones included. A queue without a leader cannot
 * say how many it holds; what it keeps from its jobs, these show.
 */
export async function countMessages(
  config: StackConfig,
): Promise<{ queue: string; messages: number }[]> {
  const path = `/api/queues/${encodeURIComponent(rabbitmqVhost)}`;
  const queues = queuesSchema.parse(await callManagement(managementApi(config), 'GET', path));
  return queues.map(({ name, messages }) => ({ queue: name, messages }));
}

/** Quorum queues report every 5 s, and the console keeps an answer for a while. */
const reportMs = 20_000;

/** What still stands in queues other than dead-letter queues once every queue has reported anew. */
export async function leftMessages(
  config: StackConfig,
): Promise<{ queue: string; messages: number }[]> {
  const deadline = performance.now() + reportMs;
  for (;;) {
    const left = (await countMessages(config)).filter(
      ({ queue, messages }) => messages > 0 && !isDead(queue),
    );
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(500);
  }
}

const queuesSchema = z.array(z.object({ name: z.string(), messages: z.number().default(0) }));

export const isDead = (queue: string): boolean => queue.endsWith(deadQueue(''));

/** The relay looks every half second, and may have to be started before. */
const filingMs = 20_000;

/**
 * Every dead letter, once the relay has had its time to file what the queues hold. What it left
 * there is taken off: nobody needs it after a run.
 */
export async function takeDeadLetters(config: StackConfig, database: Db): Promise<LetterLeft[]> {
  const topology = chaosTopology();
  const connection = await connect(amqpUrl(config));
  try {
    const channel = await connection.createChannel();
    const deadline = performance.now() + filingMs;
    for (const queue of Object.values(topology.queueNames)) {
      while ((await channel.checkQueue(deadQueue(queue))).messageCount > 0) {
        if (performance.now() > deadline) break;
        await delay(200);
      }
    }
    return await takeLettersLeft(channel, topology, database);
  } finally {
    await connection.close();
  }
}
