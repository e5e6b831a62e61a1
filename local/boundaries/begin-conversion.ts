import { ObjectId } from 'mongodb';
import { newJob } from '../../contracts/job';
import { addressOf } from './scenario';
import type { System } from './system';

/** An accepted video, its record and its message, as the gateway leaves them. */
export async function beginConversion(system: System, key: string, video: Buffer): Promise<void> {
  const fid = new ObjectId(key);
  await system.storeVideo(fid, video);
  const owner = { id: key, address: addressOf(key) };
  const source = { fid, name: 'video.mp4', bytes: video.length };
  const now = new Date();
  await system.jobs.insertOne({ ...newJob(key, owner, source, now), publishedAt: now });
  await publishVideo(system, key);
}

export async function publishVideo(system: System, key: string): Promise<void> {
  await system.publish('video', key, key, {
    video_fid: key,
    mp3_fid: null,
    username: addressOf(key),
    job_id: key,
  });
}
