import { randomBytes } from 'node:crypto';
import { Binary, MongoClient, ObjectId } from 'mongodb';
import { newJob, type JobRecord } from '../contracts/job';
import { ensureJobIndexes } from '../contracts/job-collection';
import type { WorkQueue } from '../contracts/topology';
import { testMongoUrl, uniqueName } from '../local/test-stack';
import type { DeadLetterRecord, Death } from './dead-letter';
import { ensureDeadLetterIndexes, letterId, openStores, type DeadLetterStores } from './stores';

/** Stores in a database of their own, with their indexes. Start-up may take 10 s. */
export interface TestStores extends DeadLetterStores {
  readonly client: MongoClient;
  drop(): Promise<void>;
}

export async function openTestStores(): Promise<TestStores> {
  const client = new MongoClient(await testMongoUrl(), { journal: true });
  const database = client.db(uniqueName('letters'));
  await ensureJobIndexes(database);
  await ensureDeadLetterIndexes(database);
  return {
    ...openStores(database),
    client,
    drop: async () => {
      await database.dropDatabase();
      await client.close();
    },
  };
}

export type LetterOverrides =
  Partial<DeadLetterRecord> | ((index: number) => Partial<DeadLetterRecord>);

/**
 * Puts `count` letters on file as the product leaves them: every queue, step and kind of error, and
 * seven users. The first died `count` seconds ago, the last one second ago.
 *
 * @returns the records, oldest death first.
 */
export async function seedLetters(
  stores: Pick<DeadLetterStores, 'letters'>,
  count: number,
  overrides: LetterOverrides = {},
): Promise<DeadLetterRecord[]> {
  const run = randomBytes(6).toString('hex');
  const now = Date.now();
  const letters = Array.from({ length: count }, (_, index) => {
    const at = new Date(now - (count - index) * 1_000);
    const chosen = typeof overrides === 'function' ? overrides(index) : overrides;
    return testLetter(`${run}${index.toString(16).padStart(12, '0')}`, index, at, chosen);
  });
  if (count > 0) await stores.letters.insertMany(letters, { ordered: false });
  return letters;
}

/**
 * Puts the jobs of letters of the queue `video` on record, dead as their letters say.
 *
 * @returns the records, in the letters' order.
 */
export async function seedJobsOf(
  stores: Pick<DeadLetterStores, 'jobs'>,
  letters: readonly DeadLetterRecord[],
  overrides: Partial<JobRecord> = {},
): Promise<JobRecord[]> {
  const jobs = letters.flatMap((letter) => {
    if (letter.workQueue !== 'video' || letter.jobId === null) return [];
    return [{ ...deadJob(letter, letter.jobId), ...overrides }];
  });
  if (jobs.length > 0) await stores.jobs.insertMany(jobs, { ordered: false });
  return jobs;
}

function deadJob({ address, last, firstAt }: DeadLetterRecord, id: string): JobRecord {
  const owner = { id: null, address: address ?? 'nobody@example.com' };
  const source = { fid: new ObjectId(id), name: 'holiday.mp4', bytes: 1_234_567 };
  const step = last.step === 'send-mail' ? null : last.step;
  const createdAt = new Date(firstAt.getTime() - 900_000);
  return {
    ...newJob(id, owner, source, createdAt),
    state: 'dead',
    step,
    attempts: last.attempts,
    failures: Array.from({ length: last.attempts }, (_, index) => ({
      attempt: index + 1,
      at: new Date(last.at.getTime() - (last.attempts - 1 - index) * 60_000),
      worker: 'converter-1',
      step,
      errorClass: last.errorClass,
      error: last.error,
      replay: last.replay,
      log: ['{"level":"info","msg":"step begins"}', '{"level":"error","msg":"step failed"}'],
    })),
    deadReason: 'attempts-exhausted',
    publishedAt: createdAt,
    startedAt: createdAt,
    finishedAt: last.at,
  };
}

interface Kind {
  readonly workQueue: WorkQueue;
  readonly death: Pick<Death, 'reason' | 'step' | 'errorClass' | 'error' | 'attempts'>;
}

const kinds: readonly Kind[] = [
  kind('video', 'attempts-exhausted', 'store-mp3', 'MongoServerError', 'no space left', 4),
  kind('video', 'attempts-exhausted', 'transcode', 'StepTimeout', 'no end after 3600 s', 4),
  kind('video', 'unknown-error', 'transcode', 'MediaToolError', 'ffmpeg ended with code 187', 1),
  kind('video', 'attempts-exhausted', 'fetch-video', 'MongoNetworkError', 'connection closed', 4),
  kind('video', 'delivery-limit', null, 'WorkerCrashed', 'its worker ended 50 times', 3),
  kind('mp3', 'mail-refused', 'send-mail', 'MailRefused', '550 no such mailbox', 1),
  kind('mp3', 'attempts-exhausted', 'send-mail', 'MailUnanswered', 'no answer after DATA', 4),
  kind('failed', 'mail-refused', 'send-mail', 'MailRefused', '552 mailbox full', 1),
];

function kind(
  workQueue: WorkQueue,
  reason: Death['reason'],
  step: Death['step'],
  errorClass: string,
  error: string,
  attempts: number,
): Kind {
  return { workQueue, death: { reason, step, errorClass, error, attempts } };
}

const brokerNames: Record<WorkQueue, string> = {
  video: 'video',
  mp3: 'mp3',
  failed: 'mp3.failed',
};

function testLetter(
  fid: string,
  index: number,
  at: Date,
  overrides: Partial<DeadLetterRecord>,
): DeadLetterRecord {
  const chosen = kinds[index % kinds.length] ?? kind('video', 'not-stated', null, '', '', 0);
  const workQueue = overrides.workQueue ?? chosen.workQueue;
  const queue = overrides.queue ?? brokerNames[workQueue];
  const address = `listener${index % 7}@example.com`;
  const messageId = overrides.messageId ?? messageIdOf(workQueue, fid);
  const death: Death = { replay: 0, at, ...chosen.death };
  const deaths = overrides.deaths ?? [overrides.last ?? death];
  const body = new Binary(Buffer.from(bodyOf(workQueue, fid, address)));
  return {
    _id: letterId(queue, messageId),
    queue,
    workQueue,
    messageId,
    jobId: fid,
    address,
    contentType: 'application/json',
    headers: JSON.stringify({ 'job-id': fid, attempt: death.attempts, 'dead-queue': queue }),
    bodyBytes: (overrides.body ?? body).length(),
    body,
    problem: null,
    deaths,
    last: deaths.at(-1) ?? death,
    firstAt: deaths[0]?.at ?? at,
    state: 'open',
    stateAt: at,
    replays: 0,
    replay: 0,
    outcome: null,
    order: null,
    ...overrides,
  };
}

function messageIdOf(workQueue: WorkQueue, fid: string): string {
  switch (workQueue) {
    case 'video':
      return fid;
    case 'mp3':
      return `ready.${fid}`;
    case 'failed':
      return `failed.${fid}`;
    default:
      return workQueue satisfies never;
  }
}

function bodyOf(workQueue: WorkQueue, fid: string, username: string): string {
  const told = { video_fid: fid, username, job_id: fid };
  switch (workQueue) {
    case 'video':
      return JSON.stringify({ ...told, mp3_fid: null });
    case 'mp3':
      return JSON.stringify({ ...told, mp3_fid: fid });
    case 'failed':
      return JSON.stringify({ ...told, reason: 'damaged' });
    default:
      return workQueue satisfies never;
  }
}
