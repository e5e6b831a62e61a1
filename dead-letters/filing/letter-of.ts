import { Binary } from 'mongodb';
import { messageIdOf } from '../../contracts/message';
import type { WorkQueue } from '../../contracts/topology';
import type { DeadLetterRecord } from '../dead-letter';
import { letterId } from '../stores';
import type { ArrivedMessage } from './arrived-message';
import { headersAsJson } from './headers-as-json';
import { readDeath } from './read-death';
import { readMessage, type ReadMessage } from './read-message';

/** Larger bodies have a file of their own: a record holds 16 MB, and is read by every list. */
export const largestInlineBytes = 256 * 1024;

/** The letter of a message that is on file for the first time. Never throws. */
export function letterOf(arrived: ArrivedMessage, now: Date): DeadLetterRecord {
  const { queue, workQueue, content, contentType = null } = arrived;
  const read = readMessage(arrived);
  const messageId = messageIdOfJob(workQueue, read) ?? arrived.messageId ?? messageIdOf(content);
  const death = readDeath(arrived, now);
  const inline = content.length <= largestInlineBytes;
  return {
    _id: letterId(queue, messageId),
    queue,
    workQueue,
    messageId,
    ...read,
    contentType,
    headers: headersAsJson(arrived.headers),
    bodyBytes: content.length,
    body: inline ? new Binary(content) : null,
    deaths: [death],
    last: death,
    firstAt: death.at,
    state: 'open',
    stateAt: now,
    replays: 0,
    replay: 0,
    outcome: null,
    order: null,
  };
}

/**
 * Whatever id a message came with: once its job is put back it goes out under the id of the job,
 * and when it dies again that is how the letter is found.
 */
function messageIdOfJob(workQueue: WorkQueue, { jobId, problem }: ReadMessage): string | null {
  return workQueue === 'video' && problem === null ? jobId : null;
}
