import { MongoRuntimeError, ObjectId, type Db, type GridFSBucket } from 'mongodb';
import type { FileMark } from '../../contracts/gridfs';
import type { MarkedFile } from './files-in-use';

/** Files in memory at a time. */
const batch = 500;
const storedBy: FileMark['storedBy'] = 'video-to-mp3';

/**
 * Removes the files with our mark, older than `olderThan`, that nobody uses. A file without it is
 * never touched, nor one whose id is no ObjectId: neither is ours.
 *
 * An old file that nobody uses never comes to be used: an MP3 is committed only under the claim
 * that its attempt still has, and the record of a video follows the video at once.
 *
 * @returns how many were removed.
 */
export async function removeUnusedFiles(
  database: Db,
  bucket: GridFSBucket,
  inUseAmong: (files: readonly MarkedFile[]) => Promise<ReadonlySet<string>>,
  olderThan: Date,
  proceed: () => void,
): Promise<number> {
  const files = database.collection<MarkedFile & { readonly uploadDate: Date }>('fs.files');
  let removed = 0;
  let last = new ObjectId('0'.repeat(24));
  for (;;) {
    proceed();
    const marked = await files
      .find({
        _id: { $gt: last },
        'metadata.storedBy': storedBy,
        uploadDate: { $lte: olderThan },
      })
      .sort({ _id: 1 })
      .limit(batch)
      .project<MarkedFile>({ metadata: 1 })
      .toArray();
    const newest = marked.at(-1);
    if (newest === undefined) return removed;
    last = newest._id;
    const inUse = await inUseAmong(marked);
    for (const { _id } of marked) {
      if (inUse.has(_id.toHexString())) continue;
      proceed();
      if (await remove(bucket, _id)) removed += 1;
    }
  }
}

/** @returns false when somebody else was quicker. */
async function remove(bucket: GridFSBucket, fid: ObjectId): Promise<boolean> {
  try {
    await bucket.delete(fid);
    return true;
  } catch (error) {
    if (error instanceof MongoRuntimeError && error.message.startsWith('File not found')) {
      return false;
    }
    throw error;
  }
}
