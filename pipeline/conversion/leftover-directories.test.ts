import { randomUUID } from 'node:crypto';
import { MongoClient, ObjectId } from 'mongodb';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { jobCollection } from '../../contracts/job-collection';
import { eventually } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { mongoBreaker } from '../worker/mongo-breaker';
import { JobClaims } from './job-claims';
import {
  attemptDirectoryName,
  keepRemovingLeftovers,
  removeLeftovers,
} from './leftover-directories';
import { WorkDisk } from './work-disk';

const database = uniqueName('jobs');
let client: MongoClient;
let claims: JobClaims;
let stopBreaker: () => void;
let path: string;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  const breaker = mongoBreaker('jobs', client);
  stopBreaker = () => {
    breaker.stop();
  };
  claims = new JobClaims(jobCollection(client.db(database)), breaker, 'w', 60_000);
}, 60_000);

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'leftovers-test-'));
});

afterEach(async () => {
  await rm(path, { recursive: true });
});

afterAll(async () => {
  stopBreaker();
  await client.db(database).dropDatabase();
  await client.close();
});

async function claimedName(): Promise<string> {
  const video_fid = new ObjectId().toHexString();
  const message = { video_fid, mp3_fid: null, username: 'a@example.com', job_id: undefined };
  const result = await claims.claim(await claims.ensure(message), 4);
  if (result.kind !== 'claimed') throw new Error(`expected a claim, got ${result.kind}`);
  return attemptDirectoryName(video_fid, result.job.claim.token);
}

async function leave(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(path, name));
    await writeFile(join(path, name, 'video'), 'bytes');
  }
}

it('removes directories of attempts that nobody claims, and nothing else', async () => {
  const disk = new WorkDisk(path);
  const held = await claimedName();
  const open = disk.directory(attemptDirectoryName('open', new ObjectId().toHexString()));
  await open.create();
  const lost = attemptDirectoryName('6f2a', new ObjectId().toHexString());
  const ofVersion01 = attemptDirectoryName('6f2a', randomUUID());
  const notOurs = ['something', 'lost+found', 'a-b'];
  await leave(held, lost, ofVersion01, ...notOurs);
  const removed = await removeLeftovers(disk, claims);
  expect(removed.sort()).toEqual([lost, ofVersion01].sort());
  const kept = [held, open.path.slice(path.length + 1), ...notOurs];
  expect((await readdir(path)).sort()).toEqual(kept.sort());
});

it('goes on doing so, whatever one round meets', async () => {
  await rm(path, { recursive: true });
  const log = pino({ level: 'silent' });
  const stop = keepRemovingLeftovers(new WorkDisk(path), claims, 10, log);
  await mkdir(path);
  await leave(attemptDirectoryName('6f2a', new ObjectId().toHexString()));
  await eventually('an empty directory', async () =>
    (await readdir(path)).length === 0 ? true : undefined,
  );
  await stop();
});
