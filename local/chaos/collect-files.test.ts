import { MongoClient, ObjectId, type GridFSBucket } from 'mongodb';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileMark, openBucket } from '../../contracts/gridfs';
import { makeSample } from '../sample-media';
import { testMongoUrl, uniqueName } from '../test-stack';
import { collectMp3s, collectOrphans } from './collect-files';

const database = uniqueName('files');
let client: MongoClient;
let bucket: GridFSBucket;
let directory: string;
let mp3: Buffer;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  bucket = openBucket(client, database);
  directory = await mkdtemp(join(tmpdir(), 'collect-files-'));
  const path = join(directory, 'sound.mp3');
  const output = ['-vn', '-id3v2_version', '3', '-metadata', 'title=upload 1 try 1'];
  await makeSample(path, { seconds: 1, output });
  mp3 = await readFile(path);
}, 60_000);

afterEach(async () => {
  await client.db(database).dropDatabase();
});

afterAll(async () => {
  await client.close();
  await rm(directory, { recursive: true });
});

/** Stores an MP3 of this job. @returns its id */
async function store(jobId: string, bytes = mp3): Promise<string> {
  const upload = bucket.openUploadStream('sound.mp3', { metadata: fileMark(jobId, null) });
  await new Promise<void>((resolve, reject) => {
    upload.once('error', reject);
    upload.end(bytes, resolve);
  });
  return upload.id.toHexString();
}

const stored = (fid: string) => buffer(bucket.openDownloadStream(new ObjectId(fid)));
const collectAll = (current: string[], download = stored) =>
  collectMp3s(bucket, new Set(current), download, directory);

it('reads an MP3 that is whole', async () => {
  const fid = await store('job');
  expect(await collectAll([fid])).toEqual([
    {
      fid,
      jobId: 'job',
      problem: null,
      samples: 44_100,
      sampleRate: 44_100,
      title: 'upload 1 try 1',
    },
  ]);
});

it.each([
  ['ends in the middle of a frame', async () => store('job', mp3.subarray(0, -7)), /bytes/],
  [
    'lacks a chunk',
    async () => {
      const fid = await store('job');
      await client.db(database).collection('fs.chunks').deleteMany({});
      return fid;
    },
    /^0 of \d+ bytes are there$/,
  ],
])('says what is wrong with an MP3 that %s', async (_name, make, problem) => {
  const fid = await make();
  const files = await collectAll([fid]);
  expect(files).toHaveLength(1);
  expect(files[0]?.problem).toMatch(problem);
});

it('says that a download is another file, or refused', async () => {
  const fid = await store('job');
  const other = await collectAll([fid], () => Promise.resolve(Buffer.from('other')));
  expect(other[0]?.problem).toBe('the download is another file');
  const refused = await collectAll([fid], () => Promise.reject(new Error('download: 404')));
  expect(refused[0]?.problem).toBe('download: 404');
  // Only what a job names can be downloaded.
  const unnamed = await collectAll([], () => Promise.reject(new Error('download: 404')));
  expect(unnamed[0]?.problem).toBeNull();
});

it('finds files that no job names, and chunks without a file', async () => {
  const [named, unnamed, broken] = [await store('job'), await store('other'), await store('job')];
  await client
    .db(database)
    .collection('fs.files')
    .deleteOne({ _id: new ObjectId(broken) });
  expect(await collectOrphans(client.db(database), 'mp3', new Set([named]))).toEqual([
    { kind: 'mp3 file', id: unnamed, jobId: 'other' },
    { kind: 'mp3 chunks', id: broken, jobId: null },
  ]);
});
