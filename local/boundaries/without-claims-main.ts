import 'reflect-metadata';
import { MongoClient, ObjectId, type Collection } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { converterSettings } from '../../pipeline/config';
import type { ClaimedJob, ClaimResult } from '../../pipeline/conversion/job-claims';
import { startConverter } from '../../pipeline/conversion/start-converter';
import { around } from './around';

/**
 * A converter without claims: whoever is given a job converts it from the start, whoever else does
 * so too, and the last MP3 that is stored is the job's.
 */
runProcess(async () => {
  const config = loadConfig('converter', converterSettings, process.env);
  const mongo = new MongoClient(config.mongoUrl);
  const jobs = jobCollection(mongo.db(config.jobsDatabase));
  const converter = await startConverter(config, (parts) => {
    const { claims } = parts;
    around(claims, 'claim', (_claim, id) => grant(jobs, id));
    around(claims, 'renew', () => Promise.resolve());
    around(claims, 'commit', async (_commit, { id }, mp3) => {
      await jobs.updateOne({ _id: id }, { $set: { mp3 } });
    });
    return parts;
  });
  return {
    async stop() {
      await converter.stop();
      await mongo.close();
    },
  };
});

async function grant(jobs: Collection<JobRecord>, id: string): Promise<ClaimResult> {
  const claim = { token: new ObjectId().toHexString(), worker: 'anybody', expiresAt: new Date() };
  const job = await jobs.findOneAndUpdate(
    { _id: id },
    { $set: { state: 'converting', claim, startedAt: new Date() } },
    { returnDocument: 'after' },
  );
  if (job === null) throw new Error(`no job ${id}`);
  const claimed: ClaimedJob = { ...job, claim, mp3: null };
  return { kind: 'claimed', job: claimed, first: false, counted: false };
}
