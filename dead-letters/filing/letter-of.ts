import { Binary } from 'mongodb';
import type { DeadLetterRecord } from '../dead-letter';
import type { ArrivedMessage } from './arrived-message';
import { headersAsJson } from './headers-as-json';
import { identifyMessage } from './identify-message';
import { readDeath } from './read-death';
import { readMessage } from './read-message';

/** Larger bodies have a file of their own: a record holds 16 MB, and is read by every list. */
export const largestInlineBytes = 256 * 1024;

/** The letter of a message that is on file for the first time. Never throws. */
export function letterOf(arrived: ArrivedMessage, now: Date): DeadLetterRecord {
  const { queue, workQueue, content, contentType = null } = arrived;
  const read = readMessage(arrived);
  const { id, messageId } = identifyMessage(arrived, read);
  const death = readDeath(arrived, now);
  const inline = content.length <= largestInlineBytes;
  return {
    _id: id,
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
