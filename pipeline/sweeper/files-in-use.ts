import type { Collection, ObjectId } from 'mongodb';
import type { FileMark } from '../../contracts/gridfs';
import type { JobRecord } from '../../contracts/job';
import type { SweptBucket } from './swept-bucket';

/** A file that carries our mark. */
export interface MarkedFile {
  readonly _id: ObjectId;
  readonly metadata: FileMark;
}

/** Which files a job needs, or may still come to need. Ids are hex. */
export class FilesInUse {
  constructor(private readonly jobs: Collection<JobRecord>) {}

  among(bucket: SweptBucket, files: readonly MarkedFile[]): Promise<Set<string>> {
    switch (bucket) {
      case 'videos':
        return this.#videos(files);
      case 'mp3s':
        return this.#mp3s(files);
      default:
        return bucket satisfies never;
    }
  }

  /** Those that somebody may be writing just now. A video's age alone says so. */
  async beingWritten(bucket: SweptBucket, fids: readonly ObjectId[]): Promise<Set<string>> {
    return bucket === 'videos' ? new Set() : this.#claimed(fids.map((fid) => fid.toHexString()));
  }

  /** A video is kept as long as its job's record. */
  async #videos(files: readonly MarkedFile[]): Promise<Set<string>> {
    const recorded = await this.jobs
      .find({ _id: { $in: files.map(({ metadata }) => metadata.jobId) } })
      .project<Pick<JobRecord, '_id'>>({ _id: 1 })
      .toArray();
    const ids = new Set(recorded.map(({ _id }) => _id));
    const unknown = files.filter(({ metadata }) => !ids.has(metadata.jobId));
    const inUse = new Set(hexIds(files.filter((file) => !unknown.includes(file))));
    if (unknown.length === 0) return inUse;
    // Another job than the one it was uploaded for. There is no index for this, and hardly ever
    // a reason to ask.
    const sources = await this.jobs
      .find({ 'source.fid': { $in: unknown.map(({ _id }) => _id) } })
      .project<Pick<JobRecord, 'source'>>({ 'source.fid': 1 })
      .toArray();
    for (const { source } of sources) inUse.add(source.fid.toHexString());
    return inUse;
  }

  /**
   * An MP3 is a job's, or that of an attempt that may still commit it. Claims are asked first: an
   * attempt that commits in between is found by the second question, never by neither.
   */
  async #mp3s(files: readonly MarkedFile[]): Promise<Set<string>> {
    // The file's id, and for version 0.1, whose tokens were something else, its mark.
    const tokenOf = ({ _id, metadata }: MarkedFile) => metadata.claimToken ?? _id.toHexString();
    const claimed = await this.#claimed([...hexIds(files), ...files.map(tokenOf)]);
    const committed = await this.jobs
      .find({ 'mp3.fid': { $in: files.map(({ _id }) => _id) } })
      .project<Pick<JobRecord, 'mp3'>>({ 'mp3.fid': 1 })
      .toArray();
    return new Set([
      ...committed.map(({ mp3 }) => mp3?.fid.toHexString() ?? ''),
      ...hexIds(
        files.filter((file) => claimed.has(file._id.toHexString()) || claimed.has(tokenOf(file))),
      ),
    ]);
  }

  /** Tokens that stand on a record. An expired one does, until somebody else takes the job. */
  async #claimed(tokens: readonly string[]): Promise<Set<string>> {
    const claims = await this.jobs
      .find({ 'claim.token': { $in: tokens } })
      .project<Pick<JobRecord, 'claim'>>({ 'claim.token': 1 })
      .toArray();
    return new Set(claims.map(({ claim }) => claim?.token ?? ''));
  }
}

const hexIds = (files: readonly MarkedFile[]): string[] =>
  files.map(({ _id }) => _id.toHexString());
