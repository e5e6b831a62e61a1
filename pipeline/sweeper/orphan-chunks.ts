import { ObjectId, type Collection, type Db } from 'mongodb';

/** What this needs of a chunk; never its bytes. */
interface Chunk {
  readonly _id: ObjectId;
  readonly files_id: ObjectId;
  readonly n: number;
}

/** Ids of files in memory come in windows of this length, looked at in batches. */
const windowS = 3_600;
const batch = 500;
const nothing = new ObjectId('0'.repeat(24));

export interface RemovedOrphans {
  readonly orphansRemoved: number;
  readonly orphanChunksRemoved: number;
}

/**
 * Removes chunks that belong to no file: of uploads that broke off, and of files whose removal did.
 * They carry no mark, so their age alone decides, which is that of the last one written; an
 * ObjectId begins with its time. Chunks with other ids than ObjectIds are never touched.
 *
 * Goes along the index over `files_id`, which GridFS has, and reads no bytes.
 *
 * @param beingWritten Files, as hex, that somebody may be writing however old the chunks are.
 */
export async function removeOrphanChunks(
  database: Db,
  beingWritten: (fids: readonly ObjectId[]) => Promise<ReadonlySet<string>>,
  olderThan: Date,
  proceed: () => void,
): Promise<RemovedOrphans> {
  const chunks = database.collection<Chunk>('fs.chunks');
  const files = database.collection<{ _id: ObjectId }>('fs.files');
  // Whoever begins a file now takes an id after this.
  const end = ObjectId.createFromTime(Math.ceil(olderThan.getTime() / 1_000));
  let orphansRemoved = 0;
  let orphanChunksRemoved = 0;
  for await (const fids of inWindows(chunks, end, proceed)) {
    const known = await files
      .find({ _id: { $in: [...fids] } })
      .project<{ _id: ObjectId }>({ _id: 1 })
      .toArray();
    const kept = new Set(known.map(({ _id }) => _id.toHexString()));
    for (const fid of await beingWritten(fids)) kept.add(fid);
    for (const fid of fids) {
      if (kept.has(fid.toHexString()) || !(await isOld(chunks, fid, olderThan))) continue;
      // It may have been finished since.
      if ((await files.findOne({ _id: fid }, { projection: { _id: 1 } })) !== null) continue;
      proceed();
      const { deletedCount } = await chunks.deleteMany({ files_id: fid });
      orphansRemoved += 1;
      orphanChunksRemoved += deletedCount;
    }
  }
  return { orphansRemoved, orphanChunksRemoved };
}

/** The ids of all files that have chunks, up to `end`, in batches. */
async function* inWindows(
  chunks: Collection<Chunk>,
  end: ObjectId,
  proceed: () => void,
): AsyncGenerator<readonly ObjectId[]> {
  let from = nothing;
  for (;;) {
    proceed();
    const first = await chunks
      .find({ files_id: { $gte: from, $lt: end } })
      .sort({ files_id: 1, n: 1 })
      .limit(1)
      .project<Pick<Chunk, 'files_id'>>({ _id: 0, files_id: 1 })
      .next();
    if (first === null) return;
    const begin = first.files_id.getTimestamp().getTime() / 1_000;
    const next = ObjectId.createFromTime(begin + windowS);
    const until = next.toHexString() < end.toHexString() ? next : end;
    const fids = await chunks.distinct('files_id', {
      files_id: { $gte: first.files_id, $lt: until },
    });
    for (let at = 0; at < fids.length; at += batch) {
      proceed();
      yield fids.slice(at, at + batch);
    }
    from = until;
  }
}

async function isOld(chunks: Collection<Chunk>, fid: ObjectId, olderThan: Date): Promise<boolean> {
  const newest = await chunks
    .find({ files_id: fid })
    .sort({ n: -1 })
    .limit(1)
    .project<{ _id: unknown }>({ _id: 1 })
    .next();
  const id = newest?._id;
  return id instanceof ObjectId && id.getTimestamp() <= olderThan;
}
