import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import {
  auditPageSchema,
  letterDetailSchema,
  type AuditLine,
  type LetterDetail,
} from '../../dead-letters/views';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { uniqueName } from '../test-stack';
import { LightProduct } from './light-product';
import type { Listener } from './listener';

const traceId = '0af7651916cd43dd8448eb211c80319c';
/** No transcoding is as fast. */
const tooShort = { TRANSCODE_TIMEOUT_MS: '100', MAX_ATTEMPTS: '1' };

let product: LightProduct;
let directory: string;
let video: string;
/** Two jobs that no worker could convert in the time it had. */
let first: DeadJob;
let second: DeadJob;

interface DeadJob {
  readonly listener: Listener;
  readonly jobId: string;
  readonly letter: string;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  video = join(directory, 'video.mp4');
  await makeSample(video, { seconds: 1 });
  product = await LightProduct.open({
    retryDelaysMs: [200],
    environment: { RELAY_EVERY_MS: '100', LOST_AFTER_MS: '2000' },
  });
  await Promise.all([
    product.start('auth', 'gateway', 'relay', 'notification'),
    product.startWith('converter', tooShort),
  ]);
  first = await killJob();
  second = await killJob();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

async function killJob(): Promise<DeadJob> {
  const listener = await product.newListener();
  const jobId = await listener.submit(video, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  expect((await listener.finished(jobId)).state).toBe('dead');
  const { _id: letter } = await filed(jobId);
  return { listener, jobId, letter };
}

/** The job's one dead letter, once it is on file and off its queue. */
async function filed(jobId: string): Promise<DeadLetterRecord> {
  const { letters } = product.stores;
  await eventually(`dead letter of ${jobId}`, () => letters.findOne({ jobId }).then(orUndefined));
  await eventually('empty queues', async () => isEmpty(await product.queued()) || undefined);
  const found = await letters.find({ jobId }).toArray();
  expect(found).toHaveLength(1);
  return found[0] as DeadLetterRecord;
}

const orUndefined = <Found>(found: Found | null): Found | undefined => found ?? undefined;
const isEmpty = (counts: object): boolean => Object.keys(counts).length === 0;

async function show(letter: string): Promise<LetterDetail> {
  const { stdout } = await product.deadLetters('show', letter.slice(0, 10), '--json');
  return letterDetailSchema.parse(JSON.parse(stdout));
}

const mp3sOf = (jobId: string): Promise<number> =>
  product.databases.mp3s.collection('fs.files').countDocuments({ 'metadata.jobId': jobId });

/** What the audit says of a letter, newest first. */
async function audit(letter: string): Promise<AuditLine[]> {
  const { stdout } = await product.deadLetters('audit', '--letter', letter, '--json');
  return auditPageSchema.parse(JSON.parse(stdout)).entries;
}

/** The subjects of a listener's mails once nothing more is on its way. */
async function subjects(address: string): Promise<string[]> {
  await product.inbox.waitForMails(address);
  await eventually('empty queues', async () => isEmpty(await product.queued()) || undefined);
  return (await product.inbox.mails(address)).map(({ subject }) => subject);
}

it('shows why a conversion died', async () => {
  const { listener, jobId, letter } = first;
  const shown = await show(letter);
  expect(shown).toMatchObject({
    id: letter,
    queue: 'video',
    job: jobId,
    user: listener.email,
    state: 'open',
    reason: 'attempts-exhausted',
    step: 'transcode',
    attempts: 1,
    replays: 0,
    problem: null,
    trace_id: traceId,
    body: { kind: 'json', json: { job_id: jobId, username: listener.email } },
    job_record: { state: 'dead', source_name: 'video.mp4', attempts: 1, mp3: null },
    starts_at: 'transcode',
    history: [],
  });
  expect(shown.deaths).toHaveLength(1);
  const [attempt, ...more] = shown.attempts_made;
  expect(more).toEqual([]);
  expect(attempt).toMatchObject({ attempt: 1, replay: 0, step: 'transcode' });
  expect(attempt?.worker).not.toBe('unknown');
  expect(attempt?.error).toBe(shown.error);
});

it('keeps what the attempt logged, and what ffprobe says of the source', async () => {
  const { jobId, letter } = first;
  const { attempts_made: attempts, source_facts: facts } = await show(letter);
  const lines = attempts.flatMap(({ log }) => log.map((line) => JSON.parse(line) as unknown));
  expect(lines).toContainEqual(expect.objectContaining({ jobId }));
  expect(JSON.stringify(facts)).toMatch(/duration/i);
});

it('tells the listener of a job that is given up by one mail', async () => {
  const { listener, jobId, letter } = second;
  await product.deadLetters('discard', letter, '--reason', 'the file is broken', '--yes');
  expect(await subjects(listener.email)).toEqual(['MP3 conversion failed']);
  expect(await listener.job(jobId)).toMatchObject({
    state: 'failed',
    mp3: null,
    failure: { reason: 'given-up' },
  });
  expect(await product.stores.letters.findOne({ _id: letter })).toMatchObject({
    state: 'discarded',
  });
  expect(await audit(letter)).toMatchObject([{ action: 'discard', reason: 'the file is broken' }]);
  expect(await mp3sOf(jobId)).toBe(0);
}, 60_000);

it('replays a conversion once that is mended which it died of', async () => {
  const { listener, jobId, letter } = first;
  expect(await product.stop('converter')).toBe(0);
  await product.start('converter');
  const replay = ['replay', letter, '--reason', 'time limit raised', '--yes', '--wait'];
  await product.deadLetters(...replay);
  const job = await listener.job(jobId);
  expect(job).toMatchObject({ state: 'ready', failure: null });
  expect(await listener.download(job.mp3?.fid ?? '')).toHaveLength(job.mp3?.bytes ?? -1);
  expect(await mp3sOf(jobId)).toBe(1);
  expect(await subjects(listener.email)).toEqual(['MP3 Download']);
  expect(await audit(letter)).toMatchObject([
    {
      action: 'replay',
      result: 'done',
      reason: 'time limit raised',
      job: jobId,
      outcome: 'succeeded',
    },
  ]);
  expect(await product.stores.letters.findOne({ _id: letter })).toMatchObject({
    state: 'replayed',
    outcome: 'succeeded',
    replays: 1,
  });
}, 60_000);

/** A job that is ready, and whose mail was refused for good. */
async function killMail(listener: Listener): Promise<string> {
  const answer = { kind: 'refuse', code: 550 } as const;
  await product.inbox.behave({ to: listener.email, at: 'recipient', answer });
  const id = await listener.submit(video);
  expect((await listener.finished(id)).state).toBe('ready');
  return id;
}

it('sends a refused mail once, and converts nothing again', async () => {
  const listener = await product.newListener();
  const jobId = await killMail(listener);
  const { _id: letter, last } = await filed(jobId);
  expect(last).toMatchObject({ reason: 'mail-refused', step: 'send-mail' });
  const before = await product.jobs.findOne({ _id: jobId });
  expect(before).toMatchObject({ state: 'ready', mail: 'dead' });
  expect(await product.inbox.mails(listener.email)).toEqual([]);

  await product.inbox.behaveNormally(listener.email);
  const replay = ['replay', letter, '--reason', 'mailbox is back', '--yes', '--wait'];
  await product.deadLetters(...replay);
  expect(await subjects(listener.email)).toEqual(['MP3 Download']);
  const after = await product.jobs.findOne({ _id: jobId });
  expect(after).toMatchObject({ state: 'ready', mail: 'sent', attempts: 1, mp3: before?.mp3 });
  expect(after?.startedAt).toEqual(before?.startedAt);
  expect(after?.finishedAt).toEqual(before?.finishedAt);
  expect(await mp3sOf(jobId)).toBe(1);
  expect(await audit(letter)).toMatchObject([{ action: 'replay', outcome: 'succeeded' }]);
}, 60_000);

it('sends a mail to the address that an edit says, and to no other', async () => {
  const listener = await product.newListener();
  const jobId = await killMail(listener);
  const { _id: letter } = await filed(jobId);
  const right = `${uniqueName('right')}@example.com`;
  const edit = ['edit', letter, '--set', `{"username": "${right}"}`, '--reason', 'typo'];
  await product.deadLetters(...edit, '--yes', '--wait');
  expect(await subjects(right)).toEqual(['MP3 Download']);
  expect(await product.inbox.mails(listener.email)).toEqual([]);
  expect(await audit(letter)).toMatchObject([
    {
      action: 'replay',
      difference: [{ path: ['username'], before: listener.email, after: right }],
      outcome: 'succeeded',
    },
  ]);
  expect(await mp3sOf(jobId)).toBe(1);
}, 60_000);
