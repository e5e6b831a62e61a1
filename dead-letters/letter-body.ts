import { buffer } from 'node:stream/consumers';
import type { DeadLetterRecord } from './dead-letter';
import { bodyFileId, type DeadLetterStores } from './stores';

/** The bytes of a letter as they came, large ones from their file. */
export async function letterBody(
  { bodies }: DeadLetterStores,
  { _id, body }: Pick<DeadLetterRecord, '_id' | 'body'>,
): Promise<Uint8Array> {
  if (body !== null) return body.buffer.subarray(0, body.position);
  return buffer(bodies.openDownloadStream(bodyFileId(_id)));
}
