import type { GridFSBucket, GridFSFile } from 'mongodb';

/**
 * Chunks asked for at a time. Left to itself the driver's cursor takes 16 MiB per batch and holds
 * one as bytes and one as documents; sixteen chunks of 255 KiB keep a reader at about 8 MiB.
 */
const chunksPerRead = 16;

/**
 * Reads bytes `start` to `end` (exclusive) of a stored file, at the reader's pace.
 *
 * Whoever needs every byte counts them: where the last chunks are missing, the driver ends early.
 *
 * @throws what the driver throws: FileNotFound, or a chunk missing in the middle.
 */
export async function* readGridFs(
  bucket: GridFSBucket,
  file: GridFSFile,
  start = 0,
  end = file.length,
): AsyncGenerator<Buffer, void, undefined> {
  const segment = file.chunkSize * chunksPerRead;
  for (let from = start; from < end;) {
    // Ends on a chunk's end, so that no chunk is fetched twice.
    const to = Math.min(end, (Math.floor(from / segment) + 1) * segment);
    const stream = bucket.openDownloadStream(file._id, { start: from, end: to });
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } finally {
      // Destroying the stream alone would leave its cursor open on the server.
      await stream.abort();
    }
    from = to;
  }
}
