import type { Topology } from '../../contracts/topology';
import { messageAttributes } from '../../observability/span-names';
import { activeTraceparent, failSpan, inSpan, noteOnSpan } from '../../observability/spans';
import { traceOf, type Delivery } from './delivery';
import type { Outcome } from './outcome';

/**
 * Handles a delivery in a span of its own, which continues the trace that its sender named. Each
 * attempt at a message is one such span, side by side.
 */
export function inDeliverySpan<Result>(
  delivery: Delivery,
  { queueNames }: Topology,
  handle: (delivery: Delivery) => Promise<Result>,
): Promise<Result> {
  const { queue, messageId, traceparent } = delivery;
  return inSpan(
    `process ${queue}`,
    {
      kind: 'consumer',
      attributes: messageAttributes('process', queueNames[queue], messageId),
      continues: traceparent,
    },
    () => handle(continuedHere(delivery)),
  );
}

function continuedHere(delivery: Delivery): Delivery {
  const traceparent = activeTraceparent();
  if (traceparent === undefined) return delivery;
  return { ...delivery, ...traceOf(delivery.headers, traceparent) };
}

/** Says on the span what the delivery came to. A listener's unfit file is no failure of ours. */
export function noteOutcome(outcome: Outcome): void {
  noteOnSpan({ 'delivery.outcome': outcome.kind });
  switch (outcome.kind) {
    case 'completed':
    case 'failed':
    case 'defer':
      return;
    case 'retry':
      failSpan();
      return;
    case 'dead-letter':
      failSpan(outcome.letter.errorClass);
      return;
    default:
      outcome satisfies never;
  }
}
