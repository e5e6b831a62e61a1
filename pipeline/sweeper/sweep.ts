import type { MongoClient } from 'mongodb';
import { openBucket, type DatabaseNames } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import { brake } from './brake';
import { FilesInUse } from './files-in-use';
import { removeOrphanChunks } from './orphan-chunks';
import type { SweepReport, SweptFromBucket } from './sweep-report';
import { sweptBuckets, type SweptBucket } from './swept-bucket';
import { UnusedFiles } from './unused-files';

export interface SweepOptions {
  /** Without the brake: an operator has seen that the job records are the right ones. */
  readonly removesMost?: boolean;
  /** Asked before each batch; throws to end the sweep. */
  readonly proceed?: () => void;
}

/**
 * Removes what a crash can leave in the buckets: files with our mark that no job needs, and chunks
 * of files that were never finished. Safe beside uploads that are under way, as long as none of
 * them stands still for `ageMs`; a gateway that did counts its chunks before it accepts the video.
 * A bucket where that would be most of all files is left alone, see `brake`.
 *
 * @param ageMs What is younger, in milliseconds, is left alone.
 * @throws what `proceed` throws, or the error of MongoDB; the next sweep finds the rest.
 */
export async function sweep(
  client: MongoClient,
  databases: DatabaseNames,
  ageMs: number,
  { removesMost = false, proceed = () => undefined }: SweepOptions = {},
): Promise<SweepReport> {
  const olderThan = new Date(Date.now() - ageMs);
  const jobs = jobCollection(client.db(databases.jobs));
  const inUse = new FilesInUse(jobs);
  const removed: Partial<Record<SweptBucket, SweptFromBucket>> = {};
  for (const name of sweptBuckets) {
    const database = client.db(databases[name]);
    const unused = new UnusedFiles(
      database,
      (files) => inUse.among(name, files),
      olderThan,
      proceed,
    );
    const counted = await unused.count();
    const anyJob = (await jobs.findOne({}, { projection: { _id: 1 } })) !== null;
    const withheld = removesMost ? undefined : brake({ ...counted, anyJob });
    if (withheld !== undefined) {
      removed[name] = { ...nothing, withheld };
      continue;
    }
    const filesRemoved =
      counted.unusedFiles === 0
        ? 0
        : await unused.remove(openBucket(client, databases[name]), counted.unusedFiles);
    const orphans = await removeOrphanChunks(
      database,
      (fids) => inUse.beingWritten(name, fids),
      olderThan,
      proceed,
    );
    removed[name] = { filesRemoved, ...orphans };
  }
  return removed as SweepReport;
}

const nothing: SweptFromBucket = { filesRemoved: 0, orphansRemoved: 0, orphanChunksRemoved: 0 };
