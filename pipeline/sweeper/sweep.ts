import type { MongoClient } from 'mongodb';
import { openBucket, type DatabaseNames } from '../../contracts/gridfs';
import { jobCollection } from '../../contracts/job-collection';
import { FilesInUse } from './files-in-use';
import { removeOrphanChunks } from './orphan-chunks';
import {
  sweptBuckets,
  type SweepReport,
  type SweptBucket,
  type SweptFromBucket,
} from './sweep-report';
import { removeUnusedFiles } from './unused-files';

/**
 * Removes what a crash can leave in the buckets: files with our mark that no job needs, and chunks
 * of files that were never finished. Safe beside uploads that are under way, as long as none of
 * them stands still for `ageMs`; a gateway that did counts its chunks before it accepts the video.
 *
 * @param ageMs What is younger, in milliseconds, is left alone.
 * @param proceed Asked before each batch; throws to end the sweep.
 * @throws what `proceed` throws, or the error of MongoDB; the next sweep finds the rest.
 */
export async function sweep(
  client: MongoClient,
  databases: DatabaseNames,
  ageMs: number,
  proceed: () => void = () => undefined,
): Promise<SweepReport> {
  const olderThan = new Date(Date.now() - ageMs);
  const inUse = new FilesInUse(jobCollection(client.db(databases.jobs)));
  const removed: Partial<Record<SweptBucket, SweptFromBucket>> = {};
  for (const name of sweptBuckets) {
    const database = client.db(databases[name]);
    const bucket = openBucket(client, databases[name]);
    const filesRemoved = await removeUnusedFiles(
      database,
      bucket,
      (files) => inUse.among(name, files),
      olderThan,
      proceed,
    );
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
