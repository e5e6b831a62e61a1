import { BSON, type Document } from 'mongodb';

/**
 * What our stand-ins for mongodump and mongorestore write and read: for each collection a heading,
 * its documents as the server gave them, and an empty document. It is not mongodump's format.
 */
export interface Heading {
  readonly database: string;
  readonly collection: string;
  readonly indexes: readonly Document[];
}

/** BSON documents begin with their length; the shortest one is empty. */
const empty = Buffer.from(BSON.serialize({}));

export const isEnd = (document: Buffer): boolean => document.length === empty.length;

/** @param documents BSON, as they are. */
export async function* archived(
  heading: Heading,
  documents: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(BSON.serialize(heading));
  yield* documents;
  yield empty;
}

/** Parts a stream of bytes into BSON documents. @throws Error when it ends within one */
export async function* documentsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    while (rest.length - from >= 4) {
      const length = rest.readInt32LE(from);
      if (rest.length - from < length) break;
      yield rest.subarray(from, from + length);
      from += length;
    }
    rest = Buffer.from(rest.subarray(from));
  }
  if (rest.length > 0) throw new Error(`the archive ends within a document: ${rest.length} bytes`);
}
