import { replayOutcomes } from '../../dead-letter';
import type { OrderAction } from '../../order';
import type { OrderView } from '../../views';
import { called } from '../examples';
import { letters, listCounts } from './counts';

const doneWords: Record<OrderAction, string> = {
  replay: 'put back',
  discard: 'discarded',
  park: 'parked',
  unpark: 'opened again',
};

/** What an order came to, in a few lines. */
export function orderLines(order: OrderView): string[] {
  const { id, action, state, done, refused, total } = order;
  const count = `${letters(done)} ${doneWords[action]}`;
  const lines = [refused === 0 ? count : `${count}, ${refused} refused`];
  if (state === 'stopped') lines[0] = `stopped: ${count} of ${total} before`;
  if (state === 'running') lines[0] = `under way: ${count} of ${total} so far`;
  const left = total - done - refused;
  if (state === 'finished' && left > 0) {
    lines.push(`${letters(left)} left alone: another order had acted on them`);
  }
  const outcomes = outcomeCounts(order);
  if (outcomes !== '') lines.push(`outcomes: ${outcomes}`);
  lines.push(`each one: ${called} audit --order ${id}`);
  return lines;
}

/** `succeeded 4, died-again 1`; empty where there are none. */
export function outcomeCounts({ outcomes }: OrderView): string {
  return listCounts(replayOutcomes.map((outcome) => [outcome, outcomes[outcome]]));
}
