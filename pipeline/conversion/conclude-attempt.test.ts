import { MongoClient, ObjectId } from 'mongodb';
import { freePort } from '../../local/free-port';
import { newJob, type StepName } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology } from '../../contracts/topology';
import { Breaker, DependencyUnavailable } from '../../observability/breaker';
import { createLogger } from '../../observability/logger';
import { recordLog } from '../../observability/record-log';
import { isMongoOutage } from '../../observability/mongo-outage';
import { ClaimLost, StepTimeout, TransientError } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { SourceRefused } from '../media/source-refused';
import { concludeAttempt, endOfAttempt } from './conclude-attempt';
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

function conclude(
  claims: Partial<Claims>,
  ended: unknown,
  { step, attempts }: { step: StepName; attempts: number } = { step: 'fetch-video', attempts: 1 },
): Promise<Outcome> {
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
  const deps = { claims, topology, maxAttempts: 4, worker: 'w' } as Partial<ConverterDeps>;
  const failure = new StepFailure(step, ended);
  const ofJob = { ...job, attempts };
  const recorded = recordLog(createLogger('test', 'silent'), 50);
  const end = endOfAttempt(ofJob, failure, 4);
  return concludeAttempt(ofJob, end, { recorded, sourceFacts: null }, deps as ConverterDeps);
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
  const expected = { kind: 'defer', reason: 'dependency', unreleasedClaim: 'the-token' };
  expect(outcome).toMatchObject(expected);
  breaker.stop();
  await client.close();
});

it.each([
  ['the claim is lost', new ClaimLost('lost'), 'claim'],
  // Another attempt is counted, so that it cannot go on without end.
  ['of a defect in noting it', new TypeError('no'), 'unforeseen'],
] as const)('defers and hands nothing on when %s', async (_, thrown, reason) => {
  const outcome = await conclude({ wait: () => Promise.reject(thrown) }, new TransientError('x'));
  expect(outcome).toEqual({ kind: 'defer', reason, why: thrown.message });
});

it.each([
  ['gives up a job whose MP3 is not stored', 'store-mp3', 'dead-letter'],
  ['goes on bringing the news of a stored MP3', 'emit-done', 'retry'],
] as const)('after the last attempt %s', async (_, step, kind) => {
  const noted = () => Promise.resolve();
  const claims = { wait: noted, giveUp: noted };
  const outcome = await conclude(claims, new StepTimeout('too long'), { step, attempts: 4 });
  expect(outcome.kind).toBe(kind);
});
