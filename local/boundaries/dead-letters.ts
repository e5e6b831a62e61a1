import { headerNames } from '../../contracts/headers';
import { deadQueue } from '../../contracts/topology';
import type { System } from './system';

export interface DeadLetter {
  readonly jobId: string;
  readonly messageId: string;
}

/** Takes every dead letter off its queue. A copy with the same message id is the same letter. */
export async function takeDeadLetters({ topology, channel }: System): Promise<DeadLetter[]> {
  const letters = new Map<string, DeadLetter>();
  for (const queue of Object.values(topology.queueNames)) {
    for (;;) {
      const message = await channel.get(deadQueue(queue), { noAck: true });
      if (message === false) break;
      const messageId = String(message.properties.messageId);
      const jobId = String(message.properties.headers?.[headerNames.jobId]);
      letters.set(`${queue} ${messageId}`, { jobId, messageId });
    }
  }
  return [...letters.values()];
}

/** Dead letters and copies of them on the broker, and whether nothing else waits there. */
export async function countDeadLetters(
  system: System,
): Promise<{ readonly letters: number; readonly others: number }> {
  const waiting = Object.entries(await system.waiting());
  const sum = (dead: boolean) =>
    waiting
      .filter(([queue]) => queue.endsWith(deadQueue('')) === dead)
      .reduce((total, [, messages]) => total + messages, 0);
  return { letters: sum(true), others: sum(false) };
}
