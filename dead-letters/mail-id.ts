import { decodeMessage, failedMessageSchema, mp3MessageSchema } from '../contracts/message';
import type { WorkQueue } from '../contracts/topology';

/**
 * How the id of the mail about a message begins in the mail ledger; its domain follows. Null when
 * the message is about no mail.
 */
export function mailIdPrefix(queue: WorkQueue, body: Uint8Array): string | null {
  switch (queue) {
    case 'video':
      return null;
    case 'mp3': {
      const decoded = decodeMessage(body, mp3MessageSchema);
      return decoded.kind === 'message' ? `<ready.${decoded.message.mp3_fid}@` : null;
    }
    case 'failed': {
      const decoded = decodeMessage(body, failedMessageSchema);
      return decoded.kind === 'message' ? `<failed.${decoded.message.job_id}@` : null;
    }
    default:
      return queue satisfies never;
  }
}

/** Matches the ids that begin so; ids are ordered, and `A` comes right after `@`. */
export const beginsWith = (prefix: string) => ({ $gte: prefix, $lt: `${prefix.slice(0, -1)}A` });
