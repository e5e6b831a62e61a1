import { MongoClient, ObjectId } from 'mongodb';
import { freePort } from '../../local/free-port';
import { newJob } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology } from '../../contracts/topology';
import { Breaker, DependencyUnavailable } from '../../observability/breaker';
import { createLogger } from '../../observability/logger';
import { isMongoOutage } from '../../observability/mongo-outage';
import { concludeAttempt } from './conclude-attempt';
import type { ConverterDeps } from './converter-deps';
import { JobClaims, type ClaimedJob } from './job-claims';
import { StepFailure } from './run-step';

it('hands the claim on with the deferred copy when MongoDB is away and cannot refund it', async () => {
  const url = `mongodb://127.0.0.1:${await freePort()}`;
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 100 });
  const breaker = new Breaker('jobs', isMongoOutage);
  const claims = new JobClaims(jobCollection(client.db('jobs')), breaker, 'w', 1_000);
  const fid = new ObjectId();
  const source = { fid, name: null, bytes: null };
  const job: ClaimedJob = {
    ...newJob(fid.toHexString(), { id: null, address: 'a@example.com' }, source, new Date()),
    attempts: 1,
    claim: { token: 'the-token', worker: 'w', expiresAt: new Date() },
  };
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
  const deps = {
    claims,
    topology,
    maxAttempts: 4,
    worker: 'w',
  } as Partial<ConverterDeps> as ConverterDeps;
  const outage = new StepFailure('fetch-video', new DependencyUnavailable('gridfs-read', 'down'));
  const outcome = await concludeAttempt(job, outage, deps, createLogger('test', 'silent'));
  expect(outcome).toMatchObject({ kind: 'defer', unreleasedClaim: 'the-token' });
  breaker.stop();
  await client.close();
});
