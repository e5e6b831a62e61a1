import {
  MongoGridFSChunkError,
  MongoNetworkError,
  MongoRuntimeError,
  MongoServerError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
} from 'mongodb';

/** Whether MongoDB is away (unreachable, restarting, electing), not whether our request was bad. */
export function isMongoOutage(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    (error instanceof MongoServerError &&
      (error.hasErrorLabel('RetryableWriteError') ||
        // Shutdown in progress, interrupted at shutdown, not the primary, node is recovering.
        [91, 189, 10_107, 11_600, 11_602, 13_435, 13_436].includes(Number(error.code))))
  );
}

/** Whether a file or one of its chunks is not in the bucket. */
export function isFileMissing(error: unknown): boolean {
  return (
    error instanceof MongoGridFSChunkError ||
    (error instanceof MongoRuntimeError && error.message.startsWith('FileNotFound'))
  );
}
