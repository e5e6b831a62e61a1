import { headerNames } from '../../contracts/headers';
import { deadQueue, retryQueue, type Topology } from '../../contracts/topology';
import type { Delivery } from './delivery';
import type { DeadLetter, Outcome } from './outcome';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';

/**
 * Tells the broker what a delivery came to, all but the ack: once this resolves, whatever must
 * outlive the delivery is confirmed on another queue and the delivery may be acked.
 *
 * @throws PublishFailed when the broker did not take the copy; the delivery must not be acked.
 */
export async function settle(
  outcome: Outcome,
  delivery: Delivery,
  topology: Topology,
  publisher: Publisher,
): Promise<void> {
  const queue = topology.queueNames[delivery.queue];
  const copyTo = (target: string, headers: Readonly<Record<string, string | number>>) =>
    publisher.publish({
      queue: target,
      body: delivery.body,
      messageId: delivery.messageId,
      headers: { ...continuing(delivery), ...delivery.headers, ...headers },
    });
  switch (outcome.kind) {
    case 'completed':
    case 'failed':
      return;
    case 'retry':
      return copyTo(retryQueue(queue, tierDelayMs(topology, outcome.attempt)), {
        [headerNames.attempt]: outcome.attempt,
      });
    case 'defer':
      return copyTo(
        retryQueue(queue, tierDelayMs(topology, 1)),
        outcome.unreleasedClaim === undefined
          ? {}
          : { [headerNames.unreleasedClaim]: outcome.unreleasedClaim },
      );
    case 'dead-letter':
      return copyTo(deadQueue(queue), deadHeaders(queue, outcome.letter));
    default:
      return outcome satisfies never;
  }
}

/** A copy continues where its message does; one whose sender traces nothing, where we met it. */
function continuing({ traceparent }: Delivery): Record<string, string> {
  return traceparent === null ? {} : { [headerNames.traceparent]: traceparent };
}

/** Delay after the given attempt; the last tier serves all further ones. */
function tierDelayMs({ retryDelaysMs }: Topology, attempt: number): number {
  const delayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1];
  if (delayMs === undefined) throw new RangeError(`no retry delay for attempt ${attempt}`);
  return delayMs;
}

/** What a dead letter says of itself. @param at When it was given up. */
export function deadHeaders(
  queue: string,
  letter: DeadLetter,
  at = new Date(),
): Record<string, string | number> {
  return {
    [headerNames.deadReason]: letter.reason,
    [headerNames.deadQueue]: queue,
    ...(letter.step === null ? {} : { [headerNames.deadStep]: letter.step }),
    [headerNames.attempt]: letter.attempts,
    // Not the one that the message came with: it may be a copy from before the last replay.
    ...(letter.replay === undefined ? {} : { [headerNames.replay]: letter.replay }),
    [headerNames.deadErrorClass]: letter.errorClass,
    // A header table must fit one frame (128 kB by default); an error text need not.
    [headerNames.deadError]: letter.error.slice(0, 2_000),
    [headerNames.deadAt]: at.toISOString(),
  };
}
