import { MongoGridFSChunkError, MongoRuntimeError } from 'mongodb';

/** Whether a file or one of its chunks is not in the bucket. */
export function isFileMissing(error: unknown): boolean {
  return (
    error instanceof MongoGridFSChunkError ||
    (error instanceof MongoRuntimeError && error.message.startsWith('FileNotFound'))
  );
}
