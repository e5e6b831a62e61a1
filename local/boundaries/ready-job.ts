import { ObjectId } from 'mongodb';
import { finished } from 'node:stream/promises';
import { fileMark, openBucket } from '../../contracts/gridfs';
import { newJob, type JobRecord } from '../../contracts/job';
import { addressOf } from './scenario';
import type { System } from './system';

const mp3 = 'an MP3';

/** Records a job whose MP3 is stored, and of which nobody knows. */
export async function recordReadyJob(
  system: System,
  key: string,
  fields: Pick<JobRecord, 'announcedAt' | 'mail' | 'finishedAt'>,
): Promise<{ readonly mp3Fid: ObjectId }> {
  const mp3Fid = new ObjectId();
  const { databaseName } = system.databases.mp3s;
  const upload = openBucket(system.mongo, databaseName).openUploadStreamWithId(
    mp3Fid,
    `${key}.mp3`,
    { metadata: fileMark(key, mp3Fid.toHexString()) },
  );
  await finished(upload.end(mp3));
  const owner = { id: key, address: addressOf(key) };
  const source = { fid: new ObjectId(key), name: 'video.mp4', bytes: 1 };
  const now = new Date();
  await system.jobs.insertOne({
    ...newJob(key, owner, source, now),
    state: 'ready',
    attempts: 1,
    mp3: { fid: mp3Fid, bytes: mp3.length, durationMs: 1_000 },
    publishedAt: now,
    startedAt: now,
    ...fields,
  });
  return { mp3Fid };
}
