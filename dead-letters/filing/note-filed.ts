import { headerNames } from '../../contracts/headers';
import { messageIdOf } from '../../contracts/message';
import { parseTraceparent } from '../../contracts/traceparent';
import { messageAttributes } from '../../observability/span-names';
import { beginSpan } from '../../observability/spans';
import type { ArrivedMessage } from './arrived-message';
import { jobIdIn } from './read-message';

/**
 * Notes in the trace of each message that names one that it was filed, together with the others of
 * its batch.
 *
 * @param startedAt Milliseconds since the epoch.
 */
export function noteFiled(messages: readonly ArrivedMessage[], startedAt: number): void {
  for (const { queue, headers, messageId, content } of messages) {
    const traceparent = headers[headerNames.traceparent];
    if (parseTraceparent(traceparent) === null) continue;
    const jobId = jobIdIn(headers);
    const attributes = {
      ...messageAttributes('process', queue, messageId ?? messageIdOf(content)),
      ...(jobId === null ? {} : { 'job.id': jobId }),
    };
    const options = { kind: 'consumer', attributes, continues: traceparent, startedAt } as const;
    beginSpan('file dead letter', options).span.end();
  }
}
