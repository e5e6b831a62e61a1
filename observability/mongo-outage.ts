import {
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';

/**
 * Whether an error of the driver means that MongoDB is away or has no primary right now, so that
 * the same request may succeed a moment later.
 */
export function isMongoOutage(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoWriteConcernError ||
    // The driver labels "not primary", "shutting down" and their kin.
    (error instanceof MongoServerError && error.hasErrorLabel('RetryableWriteError')) ||
    (error instanceof MongoServerError && outageCodes.has(Number(error.code))) ||
    isSocketError(error)
  );
}

/**
 * The socket's own error: driver 7.9 passes it on as it is when the connection breaks while a
 * request waits for the socket to drain (`Connection.writeCommand`).
 */
function isSocketError(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && socketCodes.has(String(error.code));
}

const socketCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Server selection and data-bearing states of the server (mongodb/specifications, "retryable
 * reads"), which the driver labels for writes only; and 14031, disk full.
 */
const outageCodes = new Set([
  6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031,
]);
