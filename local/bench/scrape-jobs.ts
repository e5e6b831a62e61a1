import { connect } from 'amqplib';
import { ObjectId, type Db } from 'mongodb';
import { headerNames } from '../../contracts/headers';
import { newJob, type JobRecord } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { jobHeaders } from '../../contracts/job-headers';
import { queueNames } from '../queue-names';
import { eventually } from '../test-broker';

/** Few enough jobs each that none is held. */
const jobsPerUser = 2;
const atOnce = 500;

/**
 * Puts jobs on record and their messages into the queue, as the gateway leaves them. Nobody may
 * consume: there are no videos.
 */
export async function queueJobs(database: Db, amqpUrl: string, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => makeJob(index, count));
  await jobCollection(database).insertMany(jobs, { ordered: false });
  const connection = await connect(amqpUrl);
  try {
    const channel = await connection.createConfirmChannel();
    for (let from = 0; from < count; from += atOnce) {
      for (const job of jobs.slice(from, from + atOnce)) {
        const { _id, source, owner, attempts } = job;
        const fid = source.fid.toHexString();
        const body = { video_fid: fid, mp3_fid: null, username: owner.address, job_id: _id };
        channel.sendToQueue(queueNames.video, Buffer.from(JSON.stringify(body)), {
          persistent: true,
          messageId: _id,
          headers: { ...jobHeaders(job), [headerNames.attempt]: attempts },
        });
      }
      await channel.waitForConfirms();
    }
    await eventually(
      `${count} messages in the queue`,
      async () =>
        (await channel.checkQueue(queueNames.video)).messageCount === count ? true : undefined,
      60_000,
    );
  } finally {
    await connection.close();
  }
}

function makeJob(index: number, count: number): JobRecord {
  const user = Math.floor(index / jobsPerUser);
  const owner = { id: `listener-${user}`, address: `listener${user}@example.com` };
  const createdAt = new Date(Date.now() - (count - index) * 100);
  const fid = new ObjectId();
  const source = { fid, name: 'video.mp4', bytes: 10_000 };
  return { ...newJob(fid.toHexString(), owner, source, createdAt), publishedAt: createdAt };
}
