import { MongoClient, ObjectId, type Db, type GridFSBucket } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { fileMark, openBucket, type FileMark } from '../../contracts/gridfs';
import { newJob, type JobRecord } from '../../contracts/job';
import { ensureJobIndexes, jobCollection } from '../../contracts/job-collection';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { explainWithheld } from './brake';
import { FilesInUse } from './files-in-use';
import { sweep } from './sweep';
import type { SweptBucket } from './swept-bucket';
import { UnusedFiles } from './unused-files';

const hourMs = 3_600_000;
const names = { videos: uniqueName('videos'), mp3s: uniqueName('mp3s'), jobs: uniqueName('jobs') };
const nothing = { filesRemoved: 0, orphansRemoved: 0, orphanChunksRemoved: 0 };

let client: MongoClient;
let databases: Record<SweptBucket, Db>;
let buckets: Record<SweptBucket, GridFSBucket>;

const jobs = () => jobCollection(client.db(names.jobs));

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  databases = { videos: client.db(names.videos), mp3s: client.db(names.mp3s) };
  buckets = { videos: openBucket(client, names.videos), mp3s: openBucket(client, names.mp3s) };
  await ensureJobIndexes(client.db(names.jobs));
}, 60_000);

afterEach(async () => {
  for (const database of Object.values(databases)) {
    await database.collection('fs.files').deleteMany({});
    await database.collection('fs.chunks').deleteMany({});
  }
  await jobs().deleteMany({});
});

afterAll(async () => {
  for (const name of Object.values(names)) await client.db(name).dropDatabase();
  await client.close();
});

const ago = (ms: number): Date => new Date(Date.now() - ms);
const idOf = (at: Date): ObjectId => {
  const random = new ObjectId().toHexString().slice(8);
  return new ObjectId(
    ObjectId.createFromTime(at.getTime() / 1_000)
      .toHexString()
      .slice(0, 8) + random,
  );
};

const filesOf = (bucket: SweptBucket) =>
  databases[bucket].collection<{ _id: ObjectId | string; [field: string]: unknown }>('fs.files');

interface Stored {
  readonly fid?: ObjectId | string;
  /** When it was begun and when its last chunk was written. */
  readonly at?: Date;
  readonly mark?: FileMark;
  /** Begun, and not finished. */
  readonly unfinished?: boolean;
}

const old = ago(2 * hourMs);

/** Three chunks, and the files document unless it is unfinished. */
async function store(bucket: SweptBucket, stored: Stored = {}): Promise<ObjectId | string> {
  const { at = old, fid = idOf(at), mark, unfinished = false } = stored;
  const database = databases[bucket];
  await database
    .collection('fs.chunks')
    .insertMany(
      [0, 1, 2].map((n) => ({ _id: idOf(at), files_id: fid, n, data: Buffer.alloc(10) })),
    );
  if (unfinished) return fid;
  await filesOf(bucket).insertOne({
    _id: fid,
    length: 30,
    chunkSize: 10,
    uploadDate: at,
    filename: 'f',
    ...(mark === undefined ? {} : { metadata: mark }),
  });
  return fid;
}

async function job(change: Partial<JobRecord> = {}): Promise<JobRecord> {
  const source = change.source ?? { fid: idOf(old), name: 'a.mp4', bytes: 30 };
  const owner = { id: '1', address: 'ann@example.com' };
  const record = { ...newJob(source.fid.toHexString(), owner, source, old), ...change };
  await jobs().insertOne(record);
  return record;
}

const claim = (token: string, expiresAt = old) => ({ token, worker: 'w', expiresAt });

/** What is there of a file: its document and its chunks. */
async function parts(bucket: SweptBucket, fid: ObjectId | string): Promise<[number, number]> {
  const database = databases[bucket];
  return [
    await filesOf(bucket).countDocuments({ _id: fid }),
    await database.collection('fs.chunks').countDocuments({ files_id: fid }),
  ];
}

const run = (ageMs = hourMs) => sweep(client, names, ageMs);

/** Some job on record, so that files are not withheld for want of any. */
const anyJob = () => job({ source: { fid: new ObjectId(), name: null, bytes: null } });

it('removes an MP3 that its job neither has nor may still commit', async () => {
  const committed = idOf(old);
  const { _id } = await job({ mp3: { fid: committed, bytes: 30, durationMs: 1 } });
  const open = await job({ state: 'converting', claim: claim(new ObjectId().toHexString()) });
  const other = idOf(old);
  const lost = idOf(old);
  const gone = idOf(old);
  await store('mp3s', { fid: committed, mark: fileMark(_id, committed.toHexString()) });
  await store('mp3s', { fid: other, mark: fileMark(_id, other.toHexString()) });
  await store('mp3s', { fid: lost, mark: fileMark(open._id, lost.toHexString()) });
  await store('mp3s', { fid: gone, mark: fileMark('gone', gone.toHexString()) });
  expect(await run()).toEqual({ videos: nothing, mp3s: { ...nothing, filesRemoved: 3 } });
  expect(await parts('mp3s', committed)).toEqual([1, 3]);
  for (const fid of [other, lost, gone]) expect(await parts('mp3s', fid)).toEqual([0, 0]);
});

it('keeps the MP3 of an attempt whose claim is on the record, even an expired one', async () => {
  const stored = idOf(old);
  const { _id } = await job({ state: 'converting', claim: claim(stored.toHexString()) });
  await store('mp3s', { fid: stored, mark: fileMark(_id, stored.toHexString()) });
  const beingWritten = idOf(old);
  await job({ state: 'converting', claim: claim(beingWritten.toHexString()) });
  await store('mp3s', { fid: beingWritten, unfinished: true });
  expect(await run()).toEqual({ videos: nothing, mp3s: nothing });
  expect(await parts('mp3s', beingWritten)).toEqual([0, 3]);
});

it('keeps an MP3 that is committed between its two questions', async () => {
  const fid = idOf(old);
  const { _id } = await job({ state: 'converting', claim: claim(fid.toHexString()) });
  const collection = jobs();
  const find = collection.find.bind(collection);
  jest.spyOn(collection, 'find').mockImplementationOnce((filter = {}) => {
    const cursor = find(filter);
    const toArray = cursor.toArray.bind(cursor);
    cursor.toArray = async () => {
      const found = await toArray();
      const mp3 = { fid, bytes: 30, durationMs: 1 };
      await collection.updateOne({ _id }, { $set: { mp3, claim: null } });
      return found;
    };
    return cursor;
  });
  const file = { _id: fid, metadata: fileMark(_id, fid.toHexString()) };
  const inUse = await new FilesInUse(collection).among('mp3s', [file]);
  expect([...inUse]).toEqual([fid.toHexString()]);
});

it('understands the tokens of version 0.1, which are no ids', async () => {
  const token = randomUUID();
  const { _id } = await job({ state: 'converting', claim: claim(token) });
  const stored = await store('mp3s', { mark: fileMark(_id, token) });
  const lost = await store('mp3s', { mark: fileMark(_id, randomUUID()) });
  const young = ago(hourMs / 2);
  const beingWritten = await store('mp3s', { at: young, unfinished: true });
  expect((await run()).mp3s).toEqual({ ...nothing, filesRemoved: 1 });
  expect(await parts('mp3s', stored)).toEqual([1, 3]);
  expect(await parts('mp3s', lost)).toEqual([0, 0]);
  expect(await parts('mp3s', beingWritten)).toEqual([0, 3]);
});

it('removes a video whose job is gone, and keeps that of a job in any state', async () => {
  const gone = idOf(old);
  await store('videos', { fid: gone, mark: fileMark(gone.toHexString(), null) });
  const kept: ObjectId[] = [];
  for (const state of ['queued', 'ready', 'failed', 'dead'] as const) {
    const { _id, source } = await job({ state });
    await store('videos', { fid: source.fid, mark: fileMark(_id, null) });
    kept.push(source.fid);
  }
  // Its first job is gone; another one is made of the same video.
  const again = idOf(old);
  await store('videos', { fid: again, mark: fileMark(again.toHexString(), null) });
  await job({ _id: 'another', source: { fid: again, name: null, bytes: null } });
  expect(await run()).toEqual({ videos: { ...nothing, filesRemoved: 1 }, mp3s: nothing });
  expect(await parts('videos', gone)).toEqual([0, 0]);
  for (const fid of [...kept, again]) expect(await parts('videos', fid)).toEqual([1, 3]);
});

it('never touches a file without our mark, whatever its id', async () => {
  const files = [];
  for (const bucket of ['videos', 'mp3s'] as const) {
    const metadata = { storedBy: 'somebody else' } as unknown as FileMark;
    files.push([bucket, await store(bucket)] as const);
    files.push([bucket, await store(bucket, { mark: metadata })] as const);
    files.push([bucket, await store(bucket, { fid: 'a name as id' })] as const);
    // Not ours either: ours have ObjectIds. And nobody can tell how old it is.
    await store(bucket, { fid: 'an unfinished one', unfinished: true });
  }
  expect(await run(0)).toEqual({ videos: nothing, mp3s: nothing });
  for (const [bucket, fid] of files) expect(await parts(bucket, fid)).toEqual([1, 3]);
  expect(await parts('videos', 'an unfinished one')).toEqual([0, 3]);
});

it('removes chunks without a file once the last one is old enough', async () => {
  const orphans = [];
  for (const bucket of ['videos', 'mp3s'] as const) {
    orphans.push([bucket, await store(bucket, { unfinished: true })] as const);
    orphans.push([
      bucket,
      await store(bucket, { at: ago(400 * 24 * hourMs), unfinished: true }),
    ] as const);
  }
  const young = await store('videos', { at: ago(hourMs / 2), unfinished: true });
  // Begun long ago, still growing.
  const growing = await store('videos', { unfinished: true });
  await databases.videos
    .collection('fs.chunks')
    .insertOne({ files_id: growing, n: 3, data: Buffer.alloc(1) });
  const removed = { filesRemoved: 0, orphansRemoved: 2, orphanChunksRemoved: 6 };
  expect(await run()).toEqual({ videos: removed, mp3s: removed });
  for (const [bucket, fid] of orphans) expect(await parts(bucket, fid)).toEqual([0, 0]);
  expect(await parts('videos', young)).toEqual([0, 3]);
  expect(await parts('videos', growing)).toEqual([0, 4]);
});

it('is harmless to an upload in progress, and takes it once it is given up', async () => {
  const fid = new ObjectId();
  const upload = buckets.videos.openUploadStreamWithId(fid, 'v', {
    metadata: fileMark(fid.toHexString(), null),
    chunkSizeBytes: 10,
  });
  const write = () => new Promise((resolve) => upload.write(Buffer.alloc(25), resolve));
  await write();
  expect(await run()).toEqual({ videos: nothing, mp3s: nothing });
  await write();
  await finished(upload.end());
  expect(await parts('videos', fid)).toEqual([1, 5]);
  await anyJob();
  // Young and without a job: somebody is just about to record it.
  expect(await run()).toEqual({ videos: nothing, mp3s: nothing });
  expect(await run(0)).toEqual({ videos: { ...nothing, filesRemoved: 1 }, mp3s: nothing });
});

it('goes through more files than it holds at a time', async () => {
  await anyJob();
  for (let batch = 0; batch < 2; batch += 1) {
    const fids = Array.from({ length: 260 }, () => idOf(ago((2 + batch) * hourMs)));
    await databases.videos.collection('fs.files').insertMany(
      fids.map((fid) => ({
        _id: fid,
        length: 1,
        chunkSize: 1,
        uploadDate: old,
        metadata: fileMark(fid.toHexString(), null),
      })),
    );
    await databases.mp3s.collection('fs.chunks').insertMany(
      Array.from({ length: 260 }, () => {
        const fid = idOf(ago((2 + batch) * hourMs));
        return { _id: idOf(old), files_id: fid, n: 0, data: Buffer.alloc(1) };
      }),
    );
  }
  expect(await sweep(client, names, hourMs, { removesMost: true })).toEqual({
    videos: { ...nothing, filesRemoved: 520 },
    mp3s: { ...nothing, orphansRemoved: 520, orphanChunksRemoved: 520 },
  });
}, 60_000);

it('ends between two steps when it may not go on', async () => {
  const fid = idOf(old);
  await store('videos', { fid, mark: fileMark('gone', null) });
  await anyJob();
  let asked = 0;
  const proceed = () => {
    asked += 1;
    // Both looks of the count, that of the removal, and the file.
    if (asked === 4) throw new Error('lease lost');
  };
  const lost = sweep(client, names, hourMs, { proceed });
  await expect(lost).rejects.toThrow('lease lost');
  expect(await parts('videos', fid)).toEqual([1, 3]);
});

describe('with job records that seem to be lost', () => {
  /** Old videos with our mark whose jobs are not on record. */
  async function unused(count: number): Promise<void> {
    for (let file = 0; file < count; file += 1) {
      const fid = idOf(old);
      await store('videos', { fid, mark: fileMark(fid.toHexString(), null) });
    }
  }

  /** The same with their jobs. */
  async function used(count: number): Promise<void> {
    for (let file = 0; file < count; file += 1) {
      const { _id, source } = await job();
      await store('videos', { fid: source.fid, mark: fileMark(_id, null) });
    }
  }

  it('nothing is removed while there is no job on record', async () => {
    await unused(1);
    const begun = await store('videos', { unfinished: true });
    const withheld = { because: 'no-jobs', oldFiles: 1, unusedFiles: 1, anyJob: false };
    expect(await run()).toEqual({ videos: { ...nothing, withheld }, mp3s: nothing });
    expect(await filesOf('videos').countDocuments()).toBe(1);
    expect(await parts('videos', begun)).toEqual([0, 3]);
    await anyJob();
    const { videos } = await run();
    expect(videos).toEqual({ filesRemoved: 1, orphansRemoved: 1, orphanChunksRemoved: 3 });
  });

  it('nothing is removed when that is more than half, in the other bucket all the same', async () => {
    await used(20);
    await unused(21);
    const mp3 = idOf(old);
    await store('mp3s', { fid: mp3, mark: fileMark('gone', mp3.toHexString()) });
    // Not ours, or too young to count.
    for (let file = 0; file < 5; file += 1) {
      await store('videos');
      await store('videos', { at: new Date(), mark: fileMark('young', null) });
    }
    const withheld = { because: 'too-many', oldFiles: 41, unusedFiles: 21, anyJob: true };
    expect(await run()).toEqual({
      videos: { ...nothing, withheld },
      mp3s: { ...nothing, filesRemoved: 1 },
    });
    expect(await filesOf('videos').countDocuments()).toBe(51);
    const { videos } = await sweep(client, names, hourMs, { removesMost: true });
    expect(videos).toEqual({ ...nothing, filesRemoved: 21 });
    expect(await filesOf('videos').countDocuments()).toBe(30);
  });

  it.each([
    ['half of them', 21, 21],
    ['twenty', 0, 20],
  ])('%s are removed', async (_what, usedFiles, unusedFiles) => {
    await anyJob();
    await used(usedFiles);
    await unused(unusedFiles);
    expect((await run()).videos).toEqual({ ...nothing, filesRemoved: unusedFiles });
  });

  it('no more is removed than was counted, should the records vanish meanwhile', async () => {
    await used(3);
    await unused(1);
    const files = new UnusedFiles(
      databases.videos,
      (some) => new FilesInUse(jobs()).among('videos', some),
      ago(hourMs),
      () => undefined,
    );
    const { unusedFiles } = await files.count();
    await jobs().deleteMany({});
    expect(await files.remove(buckets.videos, unusedFiles)).toBe(1);
    expect(await filesOf('videos').countDocuments()).toBe(3);
  });

  it('an operator is told what was found, what was expected and what to do', () => {
    const found = { oldFiles: 41, unusedFiles: 30, anyJob: true };
    const text = explainWithheld('videos', { ...found, because: 'too-many' });
    expect(text).toMatch(/30 of the 41 files .* expected at most half .* SWEEP_REMOVES_MOST=true/);
    const without = explainWithheld('mp3s', { ...found, anyJob: false, because: 'no-jobs' });
    expect(without).toMatch(/from mp3s: there is no job on record at all, and 30 files/);
  });
});
