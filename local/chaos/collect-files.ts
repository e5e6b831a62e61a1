import type { Db, GridFSBucket, ObjectId } from 'mongodb';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileMark } from '../../contracts/gridfs';
import { parseMp3File } from '../../pipeline/media/mp3-frames';
import type { Mp3File, Orphan } from './evidence';
import { titleOf } from './title-of';

interface StoredFile {
  readonly _id: ObjectId;
  readonly metadata?: FileMark;
}

/** Gets an MP3 as its listener does. @throws Error with the answer when it is refused. */
export type Download = (fid: string, jobId: string) => Promise<Buffer>;

/**
 * Reads every MP3 out of GridFS, frame by frame, and compares it with what its listener downloads.
 *
 * @param current Fids that a job record names; only these can be downloaded.
 */
export async function collectMp3s(
  bucket: GridFSBucket,
  current: ReadonlySet<string>,
  download: Download,
  directory: string,
): Promise<Mp3File[]> {
  const files: Mp3File[] = [];
  for await (const file of bucket.find()) {
    const fid = file._id.toHexString();
    const jobId = (file.metadata as FileMark | undefined)?.jobId ?? null;
    const path = join(directory, `${fid}.mp3`);
    try {
      await pipeline(bucket.openDownloadStream(file._id), createWriteStream(path));
      const bytes = await readFile(path);
      // The driver ends without an error where the last chunks are missing (mongodb 7.9).
      if (bytes.length !== file.length) {
        throw new Error(`${bytes.length} of ${file.length} bytes are there`);
      }
      const { samples, sampleRate } = await parseMp3File(path);
      const same = jobId === null || !current.has(fid) || bytes.equals(await download(fid, jobId));
      const problem = same ? null : 'the download is another file';
      files.push({ fid, jobId, problem, samples, sampleRate, title: titleOf(bytes) });
    } catch (error) {
      const problem = Error.isError(error) ? error.message : String(error);
      files.push({ fid, jobId, problem, samples: 0, sampleRate: 0, title: '' });
    } finally {
      await rm(path, { force: true });
    }
  }
  return files;
}

/**
 * What lies in a bucket's database and no job record names.
 *
 * @param named Fids in the job records.
 */
export async function collectOrphans(
  database: Db,
  what: 'mp3' | 'video',
  named: ReadonlySet<string>,
): Promise<Orphan[]> {
  const files = await database.collection<StoredFile>('fs.files').find().toArray();
  const owners = new Map(
    files.map(({ _id, metadata }) => [_id.toHexString(), metadata?.jobId ?? null]),
  );
  const chunksOf = (await database.collection('fs.chunks').distinct('files_id')) as ObjectId[];
  return [
    ...[...owners]
      .filter(([fid]) => !named.has(fid))
      .map(([id, jobId]): Orphan => ({ kind: `${what} file`, id, jobId })),
    ...chunksOf
      .map((fid) => fid.toHexString())
      .filter((fid) => !owners.has(fid))
      .map((id): Orphan => ({ kind: `${what} chunks`, id, jobId: null })),
  ];
}
