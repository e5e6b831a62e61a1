import { GridFSBucket, type MongoClient } from 'mongodb';

/** The tutorial's layout: default bucket `fs` in one database for videos, one for MP3s. */
export const defaultDatabases = { videos: 'videos', mp3s: 'mp3s', jobs: 'jobs' } as const;

export interface DatabaseNames {
  readonly videos: string;
  readonly mp3s: string;
  /** Ours: job records and the mail ledger. */
  readonly jobs: string;
}

/**
 * Our mark on every file we store. The tutorial's files carry no metadata, and a file without
 * this mark is never deleted by us.
 */
export interface FileMark {
  readonly storedBy: 'video-to-mp3';
  readonly jobId: string;
  /** Claim token of the attempt that wrote it; null for an uploaded video. */
  readonly claimToken: string | null;
}

export function fileMark(jobId: string, claimToken: string | null): FileMark {
  return { storedBy: 'video-to-mp3', jobId, claimToken };
}

/**
 * Opens a bucket. Writes wait for the journal: "stored" must survive a crash of the server a
 * moment later. How many members must have it is the server's choice: its default write
 * concern, for a replica set the majority. `w` in `MONGO_URL` would be replaced by this one as a whole.
 */
export function openBucket(client: MongoClient, database: string): GridFSBucket {
  return new GridFSBucket(client.db(database), { writeConcern: { journal: true } });
}
