import { MongoClient, ObjectId, type Db } from 'mongodb';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import { openBucket } from '../../contracts/gridfs';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { isMongoOutage } from '../../observability/mongo-outage';
import { fetchVideo } from './fetch-video';
import type { ConversionJob } from './hand-offs';

const breaker = new Breaker('gridfs-read', isMongoOutage);
/** Three chunks of 255 KiB, the last of them not full. */
const video = Buffer.alloc(600_000, 7);
let client: MongoClient;
let database: Db;
let directory: string;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  database = client.db(uniqueName('videos'));
  directory = await mkdtemp(join(tmpdir(), 'fetch-video-'));
}, 60_000);

afterAll(async () => {
  breaker.stop();
  await database.dropDatabase();
  await client.close();
  await rm(directory, { recursive: true });
});

async function stored(): Promise<ObjectId> {
  const upload = openBucket(client, database.databaseName).openUploadStream('a.mp4');
  upload.end(video);
  await finished(upload);
  return upload.id;
}

function fetchOf(videoFid: ObjectId): Promise<{ videoPath: string }> {
  const job: ConversionJob = {
    id: videoFid.toHexString(),
    claimToken: new ObjectId().toHexString(),
    username: 'a@example.com',
    videoFid,
    sourceName: 'a.mp4',
    options: defaultConversionOptions,
    replays: 0,
    traceId: null,
    traceparent: null,
    directory,
    reserve: () => Promise.resolve(),
  };
  const step = fetchVideo(openBucket(client, database.databaseName), breaker, 60_000);
  const signal = new AbortController().signal;
  return step.run(job, { signal, progress: () => undefined });
}

it('copies every byte', async () => {
  const { videoPath } = await fetchOf(await stored());
  expect((await readFile(videoPath)).equals(video)).toBe(true);
});

it.each([
  ['the first', { n: 0 }],
  ['one in the middle', { n: 1 }],
  ['the last', { n: 2 }],
  ['every', {}],
])('refuses a video that lacks %s chunk', async (_, which) => {
  const fid = await stored();
  await database.collection('fs.chunks').deleteMany({ files_id: fid, ...which });
  await expect(fetchOf(fid)).rejects.toMatchObject({ reason: 'source-missing' });
});

it('refuses a video that is not there', async () => {
  await expect(fetchOf(new ObjectId())).rejects.toMatchObject({ reason: 'source-missing' });
});
