import { connect, type GetMessage } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { deadReasons, headerNames } from '../../contracts/headers';
import {
  buildTopology,
  deadQueue,
  workQueues,
  type Topology,
  type WorkQueue,
} from '../../contracts/topology';
import { queueNames } from '../queue-names';
import { rabbitmqVhost } from '../servers/rabbitmq-definitions';
import { amqpUrl, callManagement, managementApi } from '../servers/rabbitmq-urls';
import type { StackConfig } from '../stack-config';
import type { DeadLetterFacts } from './evidence';
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

/** Takes every dead letter off its queue: nobody needs them after a run. */
export async function takeDeadLetters(config: StackConfig): Promise<DeadLetterFacts[]> {
  const { queueNames: names } = chaosTopology();
  const connection = await connect(amqpUrl(config));
  try {
    const channel = await connection.createChannel();
    const letters: DeadLetterFacts[] = [];
    for (const queue of workQueues) {
      for (;;) {
        const message = await channel.get(deadQueue(names[queue]), { noAck: true });
        if (message === false) break;
        letters.push(factsOf(queue, message));
      }
    }
    return letters;
  } finally {
    await connection.close();
  }
}

function factsOf(queue: WorkQueue, { content, properties }: GetMessage): DeadLetterFacts {
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const text = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const reason = text(headerNames.deadReason);
  return {
    queue,
    jobId: jobIdIn(content) ?? text(headerNames.jobId),
    reason: deadReasons.find((one) => one === reason) ?? null,
    errorClass: text(headerNames.deadErrorClass),
  };
}

function jobIdIn(content: Buffer): string | null {
  try {
    const body = JSON.parse(content.toString('utf8')) as { job_id?: string; video_fid?: string };
    return body.job_id ?? body.video_fid ?? null;
  } catch {
    return null; // Not ours; it still counts as a dead letter.
  }
}
