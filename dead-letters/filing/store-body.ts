import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DeadLetterRecord } from '../dead-letter';
import { bodyFileId, type DeadLetterStores } from '../stores';

/** The same bytes under the same id; whatever a crash left of them goes first. */
export async function storeBody(
  { bodies, letters, database }: DeadLetterStores,
  { _id, messageId, bodyBytes }: Pick<DeadLetterRecord, '_id' | 'messageId' | 'bodyBytes'>,
  content: Uint8Array,
): Promise<void> {
  const onFile = await letters.findOne({ _id }, { projection: { bodyBytes: 1 } });
  if (onFile?.bodyBytes === bodyBytes) return;
  const fid = bodyFileId(_id);
  await database.collection('dead_letters.files').deleteOne({ _id: fid });
  await database.collection('dead_letters.chunks').deleteMany({ files_id: fid });
  await pipeline(Readable.from([content]), bodies.openUploadStreamWithId(fid, messageId));
}
