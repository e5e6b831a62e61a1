import { headerNames } from '../../contracts/headers';
import type { WorkQueue } from '../../contracts/topology';
import { checkMessage, type CheckedMessage } from '../edit/check-message';
import type { ArrivedMessage } from './arrived-message';

/** What a message says of itself, or why it says nothing. */
export interface ReadMessage {
  readonly jobId: string | null;
  readonly address: string | null;
  readonly problem: string | null;
}

/** Reads the body of a dead letter. Never throws. */
export function readMessage(
  message: Pick<ArrivedMessage, 'workQueue' | 'headers' | 'content'>,
): ReadMessage {
  const checked = checkMessage(message.workQueue, message.content);
  const named = jobIdIn(message.headers);
  if (checked.kind === 'invalid') return { jobId: named, address: null, problem: checked.problem };
  return {
    jobId: jobIdOf(message.workQueue, checked.message) ?? named,
    address: checked.message.username.toLowerCase(),
    problem: null,
  };
}

/** The job a message is about; a bare message of the tutorial's names it by its video. */
export function jobIdOf(queue: WorkQueue, message: CheckedMessage): string | null {
  return message.job_id ?? (queue === 'video' ? (message.video_fid ?? null) : null);
}

/** The job that a message names in our header; null when it names none. */
export function jobIdIn(headers: ArrivedMessage['headers']): string | null {
  const header = headers[headerNames.jobId];
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : null;
}
