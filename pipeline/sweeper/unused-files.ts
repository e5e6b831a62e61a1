import { MongoRuntimeError, ObjectId, type Db, type GridFSBucket } from 'mongodb';
import type { FileMark } from '../../contracts/gridfs';
import type { MarkedFile } from './files-in-use';

/** Files in memory at a time. */
const batch = 500;
const storedBy: FileMark['storedBy'] = 'video-to-mp3';

/** Some of the files with our mark, and those of them that nobody uses. */
interface Looked {
  readonly files: number;
  readonly unused: readonly ObjectId[];
}

/**
 * The files with our mark, older than `olderThan`, that nobody uses. A file without it is never
 * among them, nor one whose id is no ObjectId: neither is ours.
 *
 * An old file that nobody uses never comes to be used: an MP3 is committed only under the claim
 * that its attempt still has, and the record of a video follows the video at once.
 */
export class UnusedFiles {
  constructor(
    private readonly database: Db,
    private readonly inUseAmong: (files: readonly MarkedFile[]) => Promise<ReadonlySet<string>>,
    private readonly olderThan: Date,
    private readonly proceed: () => void,
  ) {}

  /** Removes nothing. */
  async count(): Promise<{ oldFiles: number; unusedFiles: number }> {
    let oldFiles = 0;
    let unusedFiles = 0;
    for await (const { files, unused } of this.#look()) {
      oldFiles += files;
      unusedFiles += unused.length;
    }
    return { oldFiles, unusedFiles };
  }

  /**
   * @param atMost As many as were counted: should records vanish meanwhile, no more goes.
   * @returns how many were removed.
   */
  async remove(bucket: GridFSBucket, atMost: number): Promise<number> {
    let removed = 0;
    for await (const { unused } of this.#look()) {
      for (const fid of unused) {
        if (removed >= atMost) return removed;
        this.proceed();
        if (await remove(bucket, fid)) removed += 1;
      }
    }
    return removed;
  }

  async *#look(): AsyncGenerator<Looked> {
    const files = this.database.collection<MarkedFile & { readonly uploadDate: Date }>('fs.files');
    let last = new ObjectId('0'.repeat(24));
    for (;;) {
      this.proceed();
      const marked = await files
        .find({
          _id: { $gt: last },
          'metadata.storedBy': storedBy,
          uploadDate: { $lte: this.olderThan },
        })
        .sort({ _id: 1 })
        .limit(batch)
        .project<MarkedFile>({ metadata: 1 })
        .toArray();
      const newest = marked.at(-1);
      if (newest === undefined) return;
      last = newest._id;
      const inUse = await this.inUseAmong(marked);
      const unused = marked.filter(({ _id }) => !inUse.has(_id.toHexString()));
      yield { files: marked.length, unused: unused.map(({ _id }) => _id) };
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
