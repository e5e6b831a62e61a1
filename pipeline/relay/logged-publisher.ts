import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { headerNames } from '../../contracts/headers';
import type { Logger } from '../../observability/logger';

/** Says of each message that it is out: who looks for a job, or its trace, finds the relay's part. */
export function loggedPublisher(publisher: Publisher, log: Logger): Publisher {
  return {
    async publish(message) {
      await publisher.publish(message);
      const { queue, messageId, headers = {} } = message;
      const { [headerNames.jobId]: jobId, [headerNames.traceId]: traceId } = headers;
      log.info({ jobId, traceId, queue, messageId }, 'message published');
    },
  };
}
