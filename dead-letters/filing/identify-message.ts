import { createHash } from 'node:crypto';
import { headerNames } from '../../contracts/headers';
import { messageIdOf } from '../../contracts/message';
import { letterId } from '../stores';
import type { ArrivedMessage } from './arrived-message';
import { jobIdIn, readMessage, type ReadMessage } from './read-message';

/** Which message it is, and so which letter. */
export interface Identity {
  /** Of its letter, 16 hexadecimal digits. */
  readonly id: string;
  readonly messageId: string;
}

type Identified = Pick<ArrivedMessage, 'queue' | 'workQueue' | 'messageId' | 'headers' | 'content'>;

/**
 * The letter that a message belongs to. One that was put back says so itself. One about a job is
 * known by its id, which we gave it: copies differ by an edit at most. A stranger's id is not to be
 * trusted, as "1" may stand on every message, so the bytes count too: else the second of them would
 * be taken for a copy of the first, and lost.
 */
export function identifyMessage(message: Identified, read?: ReadMessage): Identity {
  const { queue, workQueue, headers, content } = message;
  const ofJob = messageIdOfJob(message, read ?? readMessage({ workQueue, headers, content }));
  const messageId = ofJob ?? message.messageId ?? messageIdOf(content);
  const putBack = headers[headerNames.deadLetter];
  if (typeof putBack === 'string' && /^[0-9a-f]{16}$/.test(putBack)) {
    return { id: putBack, messageId };
  }
  const aboutJob = ofJob !== null || jobIdIn(headers) !== null;
  if (aboutJob) return { id: letterId(queue, messageId), messageId };
  const bytes = createHash('sha256').update(content).digest('hex');
  return { id: letterId(queue, `${messageId}\0${bytes}`), messageId };
}

/**
 * Whatever id a message came with: once its job is put back it goes out under the id of the job,
 * and when it dies again that is how the letter is found.
 */
function messageIdOfJob(
  { workQueue }: Pick<Identified, 'workQueue'>,
  { jobId, problem }: ReadMessage,
): string | null {
  return workQueue === 'video' && problem === null ? jobId : null;
}
