import { finished } from 'node:stream/promises';
import { type GridFSBucketWriteStream, type MongoClient, ObjectId } from 'mongodb';
import { fileMark, openBucket } from '../contracts/gridfs';
import type { FileSink } from './multipart';

/** One video on its way into GridFS. It counts as stored once {@link finish} has resolved. */
export class VideoUpload {
  readonly fid = new ObjectId();
  #stream: GridFSBucketWriteStream | undefined;

  constructor(
    private readonly client: MongoClient,
    private readonly database: string,
  ) {}

  open(name: string | null): FileSink {
    const id = this.fid.toHexString();
    const stream = this.#bucket().openUploadStreamWithId(this.fid, name ?? id, {
      // The first job of a video has the video's own id.
      metadata: fileMark(id, null),
    });
    stream.on('error', () => undefined); // The callback of the write or of the end has it too.
    this.#stream = stream;
    return {
      write: (bytes) =>
        new Promise((resolve, reject) => {
          stream.write(bytes, (error) => {
            if (error) reject(error);
            else resolve();
          });
        }),
    };
  }

  async finish(): Promise<void> {
    const stream = this.#opened();
    stream.end();
    await finished(stream);
  }

  /**
   * Whether every chunk of the finished video is there. A process that slept for an hour in
   * mid-upload may have had them swept away.
   */
  async isWhole(): Promise<boolean> {
    const { length, chunkSizeBytes } = this.#opened();
    const chunks = await this.client
      .db(this.database)
      .collection('fs.chunks')
      .countDocuments({ files_id: this.fid });
    return chunks === Math.ceil(length / chunkSizeBytes);
  }

  /** Deletes whatever is there of it, a whole file as well. No write may be under way. */
  async discard(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.destroy();
    const database = this.client.db(this.database);
    await database.collection('fs.files').deleteOne({ _id: this.fid });
    await database.collection('fs.chunks').deleteMany({ files_id: this.fid });
  }

  #opened(): GridFSBucketWriteStream {
    if (this.#stream === undefined) throw new Error('the upload was never opened');
    return this.#stream;
  }

  /**
   * A bucket of its own for each upload: a bucket looks for its indexes once, before its first
   * file, and never again if MongoDB was away just then.
   */
  #bucket() {
    return openBucket(this.client, this.database);
  }
}
