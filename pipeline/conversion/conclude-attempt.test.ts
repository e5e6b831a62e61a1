import { MongoClient, ObjectId } from 'mongodb';
import { freePort } from '../../local/free-port';
import { newJob } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology } from '../../contracts/topology';
import { Breaker, DependencyUnavailable } from '../../observability/breaker';
import { createLogger } from '../../observability/logger';
import { isMongoOutage } from '../../observability/mongo-outage';
import { ClaimLost, TransientError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { SourceRefused } from '../media/source-refused';
import { concludeAttempt } from './conclude-attempt';
import type { ConverterDeps } from './converter-deps';
import { JobClaims, type ClaimedJob, type Claims } from './job-claims';
import { StepFailure } from './run-step';

const fid = new ObjectId();
const source = { fid, name: null, bytes: null };
const job: ClaimedJob = {
  ...newJob(fid.toHexString(), { id: null, address: 'a@example.com' }, source, new Date()),
  attempts: 1,
  claim: { token: 'the-token', worker: 'w', expiresAt: new Date() },
};

function conclude(claims: Partial<Claims>, ended: unknown): Promise<Outcome> {
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
  const deps = { claims, topology, maxAttempts: 4, worker: 'w' } as Partial<ConverterDeps>;
  const failure = new StepFailure('fetch-video', ended);
  return concludeAttempt(job, failure, deps as ConverterDeps, createLogger('test', 'silent'));
}

it.each([
  ['an outage', new DependencyUnavailable('gridfs-read', 'down')],
  ['a transient error', new TransientError('later')],
  ['a refused file', new SourceRefused('no-audio', 'no audio')],
  ['a defect', new TypeError('no')],
])('hands the claim on when %s ended it and MongoDB is away to note that', async (_, ended) => {
  const url = `mongodb://127.0.0.1:${await freePort()}`;
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 100 });
  const breaker = new Breaker('jobs', isMongoOutage);
  const claims = new JobClaims(jobCollection(client.db('jobs')), breaker, 'w', 1_000);
  const outcome = await conclude(claims, ended);
  expect(outcome).toMatchObject({ kind: 'defer', unreleasedClaim: 'the-token' });
  breaker.stop();
  await client.close();
});

it.each([
  ['the claim is lost', new ClaimLost('lost')],
  // Another attempt is counted, so that it cannot go on without end.
  ['of a defect in noting it', new TypeError('no')],
])('defers and hands nothing on when %s', async (_, thrown) => {
  const outcome = await conclude({ wait: () => Promise.reject(thrown) }, new TransientError('x'));
  expect(outcome).toEqual({ kind: 'defer', why: thrown.message });
});
