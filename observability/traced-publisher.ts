import type { OutgoingMessage, Publisher } from '../contracts/broker/confirmed-publisher';
import { headerNames } from '../contracts/headers';
import { workQueues, type Topology, type WorkQueue } from '../contracts/topology';
import { traceIdOf } from '../contracts/trace-id';
import { messageAttributes } from './span-names';
import { activeTraceparent, inSpan } from './spans';

/**
 * Publishes messages to the work queues in a span, which the message then says it continues. It
 * stays in the trace that it says already, at the active span where that is in the same trace: what
 * the relay publishes hours later goes on with the trace of the upload.
 */
export function tracedPublisher(publisher: Publisher, { queueNames }: Topology): Publisher {
  const workQueueOf = new Map<string, WorkQueue>(
    workQueues.map((queue) => [queueNames[queue], queue]),
  );
  return {
    publish(message) {
      const queue = workQueueOf.get(message.queue);
      if (queue === undefined) return publisher.publish(message);
      const jobId = message.headers?.[headerNames.jobId];
      return inSpan(
        `publish ${queue}`,
        {
          kind: 'producer',
          attributes: {
            ...messageAttributes('publish', message.queue, message.messageId),
            ...(jobId === undefined ? {} : { 'job.id': jobId }),
          },
          continues: parentOf(message),
        },
        () => publisher.publish(continuingHere(message)),
      );
    },
  };
}

function parentOf({ headers }: OutgoingMessage): unknown {
  const said = headers?.[headerNames.traceparent];
  const active = activeTraceparent();
  const traceId = traceIdOf(said);
  return traceId === null || traceIdOf(active) === traceId ? (active ?? said) : said;
}

function continuingHere(message: OutgoingMessage): OutgoingMessage {
  const traceparent = activeTraceparent();
  if (traceparent === undefined) return message;
  return { ...message, headers: { ...message.headers, [headerNames.traceparent]: traceparent } };
}
