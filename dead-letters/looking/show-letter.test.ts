import { Binary, ObjectId } from 'mongodb';
import type { SourceFacts } from '../../contracts/source-facts';
import { fileMessages } from '../filing/file-messages';
import { letterId } from '../stores';
import { actionEntry } from '../audit/action-entry';
import type { OrderRecord } from '../order';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { letterDetailSchema } from '../views';
import { showLetter } from './show-letter';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

test('a letter that is not on file is none', async () => {
  expect(await showLetter(stores, '0'.repeat(16))).toBeUndefined();
});

test('a video: its message, its job, its attempts, its source, its past', async () => {
  const at = new Date('2026-03-01T10:00:00.000Z');
  const death = {
    replay: 0,
    at,
    reason: 'delivery-limit',
    step: null,
    errorClass: 'WorkerCrashed',
    error: 'worker crashed',
    attempts: 1,
  } as const;
  const last = {
    ...death,
    replay: 1,
    reason: 'attempts-exhausted',
    step: 'transcode',
    at: new Date(at.getTime() + 60_000),
  } as const;
  const [letter] = await seedLetters(stores, 1, { deaths: [death, last], replays: 1 });
  if (letter === undefined) throw new Error('nothing was filed');
  const sourceFacts: SourceFacts = {
    container: 'mp4',
    durationS: 12.5,
    bytes: 1_234_567,
    audioTracks: [],
    video: null,
    problem: null,
  };
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const [job] = await seedJobsOf(stores, [letter], { sourceFacts, traceId, replays: 1 });
  const order: OrderRecord = {
    _id: new ObjectId().toHexString(),
    action: 'park',
    actor: 'op@example.com',
    reason: 'looking into it',
    select: { ids: [letter._id] },
    edit: null,
    ratePerS: null,
    limit: null,
    newestAt: new Date(),
    state: 'finished',
    endedAt: new Date(),
    total: 1,
  };
  await stores.audit.insertOne(actionEntry(order, letter, 'done', 'parked'));

  const shown = await showLetter(stores, letter._id);
  expect(letterDetailSchema.parse(shown)).toEqual(shown);
  const message = {
    video_fid: letter.jobId,
    username: 'listener0@example.com',
    job_id: letter.jobId,
    mp3_fid: null,
  };
  expect(shown).toMatchObject({
    id: letter._id,
    replays: 1,
    content_type: 'application/json',
    headers: { 'job-id': letter.jobId },
    body: { kind: 'json', json: message },
    message: { ...message, options: job?.options },
    deaths: [
      { replay: 0, at: at.toISOString(), reason: 'delivery-limit', error_class: 'WorkerCrashed' },
      { replay: 1, reason: 'attempts-exhausted', step: 'transcode' },
    ],
    trace_id: traceId,
    job_record: {
      id: letter.jobId,
      state: 'dead',
      user: 'listener0@example.com',
      source_name: 'holiday.mp4',
      source_bytes: 1_234_567,
      attempts: 1,
      replays: 1,
      mp3: null,
      mail: 'none',
    },
    source_facts: sourceFacts,
    starts_at: 'transcode',
    history: [{ action: 'park', actor: 'op@example.com', reason: 'looking into it' }],
  });
  expect(shown?.attempts_made).toEqual([
    {
      attempt: 1,
      replay: 1,
      at: last.at.toISOString(),
      worker: 'converter-1',
      step: 'transcode',
      error_class: 'WorkerCrashed',
      error: 'worker crashed',
      log: job?.failures[0]?.log,
    },
  ]);
});

test('a video whose MP3 is stored starts where its news is told', async () => {
  const [letter] = await seedLetters(stores, 1);
  const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
  await seedJobsOf(stores, letter === undefined ? [] : [letter], { mp3 });
  const shown = await showLetter(stores, letter?._id ?? '');
  expect(shown).toMatchObject({
    starts_at: 'emit-done',
    job_record: { mp3: mp3.fid.toHexString() },
  });
});

test('a record of version 0.1 lacks what came later', async () => {
  const [letter] = await seedLetters(stores, 1);
  if (letter === undefined) throw new Error('nothing was filed');
  await seedJobsOf(stores, [letter]);
  const newer = { mail: 1, replays: 1, replayedAt: 1, traceId: 1, sourceFacts: 1, deadReason: 1 };
  await stores.jobs.updateOne({ _id: letter.jobId ?? '' }, [
    { $unset: Object.keys(newer) },
    { $set: { failures: { $map: { input: '$failures', in: withoutNewFields } } } },
  ]);
  const shown = await showLetter(stores, letter._id);
  expect(letterDetailSchema.parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({
    trace_id: null,
    source_facts: null,
    job_record: { mail: 'none', replays: 0 },
  });
  expect(shown?.attempts_made[0]).toMatchObject({ replay: 0, log: [] });
});

const withoutNewFields = {
  attempt: '$$this.attempt',
  at: '$$this.at',
  worker: '$$this.worker',
  step: '$$this.step',
  errorClass: '$$this.errorClass',
  error: '$$this.error',
};

test('a mail: the attempts are those at sending it, and the trace is in its message', async () => {
  const fid = new ObjectId().toHexString();
  const jobId = new ObjectId().toHexString();
  const body = { mp3_fid: fid, username: 'a@example.com', job_id: jobId };
  const [letter] = await seedLetters(stores, 1, {
    workQueue: 'mp3',
    jobId,
    body: new Binary(Buffer.from(JSON.stringify(body))),
    headers: JSON.stringify({ 'trace-id': 'a'.repeat(32) }),
  });
  const entry = { to: 'a@example.com', state: 'dead', claim: null, sentAt: null } as const;
  const failure = {
    attempt: 1,
    replay: 0,
    at: new Date(),
    worker: 'notification-1',
    errorClass: 'MailRefused',
    error: '550 no such mailbox',
    log: ['{"msg":"refused"}'],
  };
  await stores.mails.insertMany([
    { _id: `<ready.${fid}@example.com>`, attempts: 1, failures: [failure], ...entry },
    // Others' mails, and one of version 0.1.
    { _id: `<ready.${fid}0@example.com>`, attempts: 1, failures: [failure, failure], ...entry },
    { _id: `<ready.${fid}a@example.com>`, attempts: 1, failures: [failure, failure], ...entry },
    { _id: `<ready.${fid}@old.example.com>`, attempts: 1, ...entry },
  ]);
  const shown = await showLetter(stores, letter?._id ?? '');
  expect(shown).toMatchObject({ message: body, job_record: null, trace_id: 'a'.repeat(32) });
  expect(shown?.attempts_made).toEqual([
    {
      attempt: 1,
      replay: 0,
      at: failure.at.toISOString(),
      worker: 'notification-1',
      step: 'send-mail',
      error_class: 'MailRefused',
      error: '550 no such mailbox',
      log: failure.log,
    },
  ]);
});

test('a text of a stranger’s is no trace', async () => {
  const [letter] = await seedLetters(stores, 1, {
    headers: JSON.stringify({ 'trace-id': 'abc' }),
  });
  expect(await showLetter(stores, letter?._id ?? '')).toMatchObject({ trace_id: null });
});

test('a message that is broken far behind what is shown starts nowhere', async () => {
  const message = { video_fid: new ObjectId().toHexString(), username: 'a@example.com' };
  const content = Buffer.from(`${JSON.stringify(message)}${' '.repeat(300_000)}broken`);
  await fileMessages(stores, [
    {
      queue: 'video',
      workQueue: 'video',
      content,
      messageId: 'broken late',
      contentType: undefined,
      headers: { 'job-id': 'job-7' },
    },
  ]);
  const shown = await showLetter(stores, letterId('video', 'broken late'));
  expect(shown).toMatchObject({ starts_at: null, message: null, body: { truncated: true } });
});
