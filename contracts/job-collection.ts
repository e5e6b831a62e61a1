import type { Collection, Db, Filter, IndexDescription } from 'mongodb';
import type { JobRecord } from './job';

/** Jobs that an operator put back, be it for a conversion or for a mail. */
export const replayed = { replayedAt: { $type: 'date' } } as const satisfies Filter<JobRecord>;

/** A job that was put back as often as the one that was read; a missing count is its own. */
export function putBackAsOften({ replays }: Pick<JobRecord, 'replays'>): Filter<JobRecord> {
  return { replays: replays === undefined ? { $exists: false } : replays };
}

/**
 * An index whose keys change gets another name: one of the same name with other keys fails on a
 * database that has it. Null stands for a missing field too (records of version 0.1).
 */
const jobIndexes: IndexDescription[] = [
  // A listener's list, newest first.
  { key: { 'owner.id': 1, createdAt: -1, _id: -1 }, name: 'owner-id-newest' },
  { key: { 'owner.address': 1, createdAt: -1, _id: -1 }, name: 'owner-address-newest' },
  // Who may download an MP3.
  { key: { 'mp3.fid': 1 }, name: 'mp3-fid', sparse: true },
  // Held jobs that are no replays, by owner.
  {
    key: { publishedAt: 1, finishedAt: 1, replayedAt: 1, 'owner.id': 1, 'owner.address': 1 },
    name: 'held-fresh-by-owner',
  },
  // An owner's open jobs that are no replays, oldest first.
  {
    key: { finishedAt: 1, replayedAt: 1, 'owner.id': 1, createdAt: 1, _id: 1 },
    name: 'open-fresh-oldest',
  },
  // Open jobs, oldest first: those that are no replays by `createdAt`, replays by `replayedAt`.
  { key: { finishedAt: 1, replayedAt: 1, createdAt: 1 }, name: 'open-by-age' },
  // Jobs by how they ended whose mail is still to come, the oldest news first.
  { key: { mail: 1, state: 1, announcedAt: 1 }, name: 'mail-by-age' },
  // Open jobs that are on the broker.
  { key: { finishedAt: 1, publishedAt: 1 }, name: 'open-published' },
  // Replays that are held, oldest first, or on the broker, and those whose mail is still to come.
  {
    key: { finishedAt: 1, publishedAt: 1, replayedAt: 1, _id: 1 },
    name: 'open-replays',
    partialFilterExpression: replayed,
  },
  // Those on the broker that are at work or wait for a worker.
  {
    key: { finishedAt: 1, state: 1, publishedAt: 1 },
    name: 'queued-replays',
    partialFilterExpression: replayed,
  },
  { key: { mail: 1, announcedAt: 1 }, name: 'replayed-mail', partialFilterExpression: replayed },
  // Finished jobs whose news or mail is still to come. Dead ones stay unannounced for good.
  { key: { announcedAt: 1, state: 1, replayedAt: 1, finishedAt: 1 }, name: 'unheard' },
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
