import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { headerNames } from '../../contracts/headers';
import type { Topology } from '../../contracts/topology';
import type { AcceptedReplay } from './accepted-replay';

/** Headers that tell how the message died; a fresh try begins without them. */
const ofTheDeath: ReadonlySet<string> = new Set([
  headerNames.attempt,
  headerNames.unreleasedClaim,
  headerNames.deadReason,
  headerNames.deadQueue,
  headerNames.deadStep,
  headerNames.deadErrorClass,
  headerNames.deadError,
  headerNames.deadAt,
]);

/**
 * Publishes a message that is about no job on record; resolves once the broker has it.
 *
 * @throws PublishFailed, BrokerAway
 */
export async function publishLetter(
  publisher: Publisher,
  { queueNames }: Topology,
  { letter, plan, replay, trace }: AcceptedReplay,
): Promise<void> {
  if (plan.kind !== 'publish') return;
  const headers: Record<string, string | number> = {};
  const came = JSON.parse(letter.headers) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(came)) {
    const scalar = typeof value === 'string' || typeof value === 'number';
    // The broker's own would make it a cycle; see contracts/headers.ts.
    if (scalar && !name.startsWith('x-') && !ofTheDeath.has(name)) headers[name] = value;
  }
  headers[headerNames.replay] = replay;
  headers[headerNames.deadLetter] = letter._id;
  if (trace.traceparent !== null) headers[headerNames.traceparent] = trace.traceparent;
  const { workQueue, messageId } = letter;
  // The name that the queue has now and here: a letter may be older, or from elsewhere.
  const queue = queueNames[workQueue];
  await publisher.publish({ queue, body: plan.body, messageId, headers });
}
