import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DeadLetterRecord } from '../dead-letter';
import { bodyFileId, type DeadLetterStores } from '../stores';

type Named = Pick<DeadLetterRecord, '_id' | 'messageId'>;

/** Stores a large body before its letter is filed; the body of one that is on file stays. */
export async function storeBody(
  stores: DeadLetterStores,
  letter: Named,
  content: Uint8Array,
): Promise<void> {
  const onFile = await stores.letters.findOne({ _id: letter._id }, { projection: { _id: 1 } });
  if (onFile === null) await replaceBody(stores, letter, content);
}

/** Puts a large body in the place of the one before, or of what a crash left of it. */
export async function replaceBody(
  { bodies, database }: DeadLetterStores,
  { _id, messageId }: Named,
  content: Uint8Array,
): Promise<void> {
  const fid = bodyFileId(_id);
  await database.collection('dead_letters.files').deleteOne({ _id: fid });
  await database.collection('dead_letters.chunks').deleteMany({ files_id: fid });
  await pipeline(Readable.from([content]), bodies.openUploadStreamWithId(fid, messageId));
}
