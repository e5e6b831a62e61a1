import { deadQueue } from '../../contracts/topology';
import { openStores } from '../../dead-letters/stores';
import { takeLettersLeft } from '../letters-left';
import type { System } from './system';

export interface DeadLetter {
  readonly jobId: string;
  readonly messageId: string;
}

/**
 * Every dead letter: on file where a relay runs, else in its queue, from which it is taken. A copy
 * with the same message id is the same letter.
 */
export async function takeDeadLetters({
  topology,
  channel,
  databases,
}: System): Promise<DeadLetter[]> {
  const letters = await takeLettersLeft(channel, topology, databases.jobs);
  return letters.map(({ letter: { jobId, messageId } }) => ({ jobId: String(jobId), messageId }));
}

/**
 * Dead letters on file, those and copies of them on the broker, and whether nothing else waits
 * there.
 */
export async function countDeadLetters(
  system: System,
): Promise<{ readonly letters: number; readonly others: number }> {
  const waiting = Object.entries(await system.waiting());
  const sum = (dead: boolean) =>
    waiting
      .filter(([queue]) => queue.endsWith(deadQueue('')) === dead)
      .reduce((total, [, messages]) => total + messages, 0);
  const filed = await openStores(system.databases.jobs).letters.countDocuments();
  return { letters: filed + sum(true), others: sum(false) };
}
