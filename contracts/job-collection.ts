import type { Collection, Db, IndexDescription } from 'mongodb';
import type { JobRecord } from './job';

const jobIndexes: IndexDescription[] = [
  // A listener's list, newest first.
  { key: { 'owner.id': 1, createdAt: -1, _id: -1 }, name: 'owner-id-newest' },
  { key: { 'owner.address': 1, createdAt: -1, _id: -1 }, name: 'owner-address-newest' },
  // Who may download an MP3.
  { key: { 'mp3.fid': 1 }, name: 'mp3-fid', sparse: true },
  // Held jobs, by owner.
  {
    key: { publishedAt: 1, finishedAt: 1, 'owner.id': 1, 'owner.address': 1 },
    name: 'held-by-owner',
  },
  // An owner's open jobs, oldest first.
  { key: { finishedAt: 1, 'owner.id': 1, createdAt: 1, _id: 1 }, name: 'open-oldest' },
  // Finished jobs whose news or mail is still to come.
  { key: { announcedAt: 1, finishedAt: 1 }, name: 'unannounced' },
  { key: { mail: 1, announcedAt: 1 }, name: 'mail-pending' },
  // Whether somebody may still be writing an MP3.
  { key: { 'claim.token': 1 }, name: 'claim-token', sparse: true },
];

/** What we said yes to must survive a crash of the server a moment later, as for files. */
export const durable = { writeConcern: { journal: true } };

/** The jobs collection of `database`. */
export function jobCollection(database: Db): Collection<JobRecord> {
  return database.collection<JobRecord>('jobs', durable);
}

/** Creates the indexes that the queries of this product rely on. Safe to call from any process. */
export async function ensureJobIndexes(database: Db): Promise<void> {
  await jobCollection(database).createIndexes(jobIndexes);
}
