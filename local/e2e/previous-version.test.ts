import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectId } from 'mongodb';
import type { JobRecord, JobState } from '../../contracts/job';
import { buildTopology, defaultRetryDelaysMs } from '../../contracts/topology';
import { queueNames } from '../queue-names';
import { secret } from '../secrets';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';
import { publishRecording, readRecording, storeRecording, type Recording } from './recorded';

/** Where a situation ends: the job, its attempts, and the mails that go out from now on. */
type Ending = readonly [state: JobState | null, attempts: number, mails: number];

const endings: Readonly<Record<string, Ending>> = {
  'queued-published': ['ready', 1, 1],
  'queued-not-marked': ['ready', 1, 1],
  'queued-not-published': ['ready', 1, 1],
  bare: ['ready', 1, 1],
  'bare-misspelled': ['ready', 1, 1],
  'bare-mp3': [null, 0, 1],
  'converting-live': ['ready', 2, 1],
  'converting-expired': ['ready', 2, 1],
  'orphan-mp3': ['ready', 2, 1],
  'waiting-retry-1': ['ready', 2, 1],
  'waiting-retry-2': ['ready', 3, 1],
  'waiting-back': ['ready', 2, 1],
  'waiting-deferred': ['ready', 1, 1],
  // Its attempt could not be given back and goes on.
  unreleased: ['ready', 1, 1],
  // What is left is the news, which is no attempt.
  'stored-not-announced': ['ready', 1, 1],
  'announced-not-marked': ['ready', 1, 1],
  'ready-not-mailed': ['ready', 1, 1],
  'ready-mailed': ['ready', 1, 0],
  'ready-bare': ['ready', 1, 0],
  'mail-claimed': ['ready', 1, 1],
  'mail-retry': ['ready', 1, 1],
  'mail-dead': ['ready', 1, 0],
  'failed-not-announced': ['failed', 1, 1],
  'failed-not-mailed': ['failed', 1, 1],
  'failed-mailed': ['failed', 1, 0],
  exhausted: ['dead', 4, 0],
  dead: ['dead', 1, 0],
  'dead-invalid': [null, 0, 0],
  // Not recorded: two of the above whose message the broker lost.
  'lost-queued': ['ready', 1, 1],
  'lost-failed': ['failed', 1, 1],
};
const table = Object.entries(endings);

const retryDelaysMs = [400, 800, 1_200];
const sweepAgeMs = 60_000;

let recording: Recording;
let product: LightProduct;
/** What a worker of the previous version left on the disk when it was killed. */
let leftDirectory: string;

beforeAll(async () => {
  product = await LightProduct.open({
    retryDelaysMs,
    environment: {
      MAIL_FROM: 'video-to-mp3@localhost.localdomain', // As recorded: it is part of a Message-ID.
      RELAY_EVERY_MS: '200',
      LOST_AFTER_MS: '2000',
      SWEEP_EVERY_MS: '500',
      SWEEP_AGE_MS: String(sweepAgeMs),
    },
  });
  // Declares the queues and makes no work.
  await product.start('auth', 'gateway');
  recording = withOldFiles(withLostMessages(readRecording('0.1')));
  await storeRecording(recording, product.databases);
  await publishRecording(recording, product.brokerUrl, todaysQueue);
  const killed = recorded('converting-expired');
  const work = join(product.stack.config.stateDirectory, 'work');
  leftDirectory = join(work, `${killed._id}-${killed.claim?.token}`);
  mkdirSync(leftDirectory, { recursive: true });
  await product.start('converter', 'notification', 'relay');
  await ended();
}, 120_000);

afterAll(async () => {
  await product.close();
});

const addressOf = (situation: string) => `${situation}@example.com`;

function recorded(situation: string): Recording['jobs'][number]['record'] {
  const job = recording.jobs.find((entry) => entry.situation === situation);
  if (job === undefined) throw new Error(`no job recorded for ${situation}`);
  return job.record;
}

/** Adds copies of two situations without their messages. */
function withLostMessages(version: Recording): Recording {
  const copies = { 'queued-published': 'lost-queued', 'failed-not-announced': 'lost-failed' };
  const jobs = [...version.jobs];
  const files = [...version.files];
  for (const [original, situation] of Object.entries(copies)) {
    const fid = new ObjectId();
    const owner = { id: situation, address: addressOf(situation) };
    for (const entry of version.jobs.filter((job) => job.situation === original)) {
      const source = { ...entry.record.source, fid };
      const record = { ...entry.record, _id: fid.toHexString(), owner, source };
      jobs.push({ ...entry, situation, record });
    }
    for (const entry of version.files.filter((file) => file.situation === original)) {
      files.push({ ...entry, situation, record: { ...entry.record, _id: fid } });
    }
  }
  return { ...version, jobs, files };
}

/** Makes the files old enough for the sweeper. */
function withOldFiles(version: Recording): Recording {
  const uploadDate = new Date(Date.now() - 2 * sweepAgeMs);
  const files = version.files.map((file) => ({ ...file, record: { ...file.record, uploadDate } }));
  return { ...version, files };
}

/** Tests wait for short delays; a delay is part of its queue's name. */
function todaysQueue(queue: string): string {
  const atThatTime = buildTopology(queueNames, defaultRetryDelaysMs).queues;
  const index = atThatTime.findIndex(({ name }) => name === queue);
  const today = product.topology.queues[index];
  if (today === undefined) throw new Error(`queue ${queue} of the recording is not known`);
  return today.name;
}

/** Every job has come to its end, every mail is out, and nothing is on its way. */
async function ended(): Promise<void> {
  await product.jobsEnded();
  const ledger = product.databases.jobs.collection('mails');
  const wanted = table.filter(([, [, , mails]]) => mails > 0).map(([name]) => addressOf(name));
  await eventually('every mail', async () => {
    const sent = await ledger.distinct('to', { state: 'sent' });
    return wanted.every((address) => sent.includes(address)) || undefined;
  });
  await eventually('queues at rest', async () => {
    return Object.keys(await product.queued()).length === 0 || undefined;
  });
}

it('has a row for everything that was recorded', () => {
  const { jobs, mails, files, messages } = recording;
  const situations = [...jobs, ...mails, ...files, ...messages].map(({ situation }) => situation);
  expect(new Set(situations)).toEqual(new Set(Object.keys(endings)));
});

it('still declares the queues of the previous version, with the same arguments', () => {
  const today = buildTopology(queueNames, defaultRetryDelaysMs).queues;
  for (const { name, arguments: queueArguments } of recording.queues) {
    expect(today).toContainEqual({ name, arguments: queueArguments });
  }
});

it.each(table)('%s', async (situation, [state, attempts, mails]) => {
  const inbox = await product.inbox.mails(addressOf(situation));
  const jobs = await product.jobs.find({ 'owner.address': addressOf(situation) }).toArray();
  expect(jobs).toMatchObject(state === null ? [] : [{ state, attempts, claim: null }]);
  const subject = state === 'failed' ? 'MP3 conversion failed' : 'MP3 Download';
  expect(inbox.map((mail) => mail.subject)).toEqual(Array<string>(mails).fill(subject));
});

it('leaves final jobs as they were', async () => {
  const final = ['ready-mailed', 'ready-bare', 'ready-not-mailed', 'mail-claimed', 'mail-retry'];
  final.push('mail-dead', 'failed-mailed', 'failed-not-mailed', 'dead');
  for (const situation of final) {
    const before = recorded(situation);
    expect(await product.jobs.findOne({ _id: before._id })).toMatchObject(before);
  }
});

it('has one whole MP3 for each ready job, and the one it had where there was one', async () => {
  const ready = await product.jobs.find({ state: 'ready' }).toArray();
  const stored = product.databases.mp3s.collection('fs.files');
  // A worker that was killed left one more.
  await eventually('the sweep', async () => {
    return (await stored.countDocuments()) === ready.length || undefined;
  });
  for (const { _id, mp3 } of ready) {
    const before = recording.jobs.find(({ record }) => record._id === _id)?.record;
    if (before?.mp3 != null) expect(mp3).toEqual(before.mp3);
    const files = await stored.find({ 'metadata.jobId': _id }).toArray();
    expect(files).toMatchObject([{ _id: mp3?.fid, length: mp3?.bytes }]);
  }
});

it('keeps every source', async () => {
  const fids = recording.files.filter(({ database }) => database === 'videos');
  const kept = await product.databases.videos.collection('fs.files').find().toArray();
  const ids = (files: readonly { readonly _id: unknown }[]) => files.map(({ _id }) => String(_id));
  expect(ids(kept).sort()).toEqual(ids(fids.map(({ record }) => record)).sort());
});

it('files its dead letters, and no other than the one of the job whose attempts were used up', async () => {
  const { letters } = product.stores;
  // One that is being filed is in no queue.
  await eventually('four letters', async () => (await letters.countDocuments()) >= 4 || undefined);
  const filed = await letters.find().sort({ address: 1 }).toArray();
  const reasons = filed.map(({ address, workQueue, last }) => [address, workQueue, last.reason]);
  expect(reasons).toEqual([
    [null, 'video', 'invalid-message'],
    [addressOf('dead'), 'video', 'attempts-exhausted'],
    [addressOf('exhausted'), 'video', 'attempts-exhausted'],
    [addressOf('mail-dead'), 'mp3', 'mail-refused'],
  ]);
  for (const { deaths, state } of filed) expect([deaths.length, state]).toEqual([1, 'open']);
  expect(await product.queued()).toEqual({});
  const entry = await product.databases.jobs
    .collection('mails')
    .findOne({ to: addressOf('mail-dead') });
  expect(entry).toMatchObject({ state: 'dead', attempts: 1 });
});

it('removes the directory that a killed worker left', async () => {
  // Its claim was still on the record when the first worker of this version started.
  expect(await product.stop('converter')).toBe(0);
  await product.start('converter');
  await eventually('removal', () => !existsSync(leftDirectory) || undefined);
});

/** A token as auth gives one. */
function tokenOf({ id, address }: JobRecord['owner']): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { username: address, sub: id, iat, exp: iat + 600, admin: true };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const key = secret(product.stack.config.stateDirectory, 'jwt');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

it('shows listeners their jobs and gives them their MP3s', async () => {
  for (const { situation, record } of recording.jobs) {
    if (record.owner.id === null) continue;
    const headers = { authorization: `Bearer ${tokenOf(record.owner)}` };
    const answer = await fetch(`${product.url}/jobs/${record._id}`, { headers });
    expect(await answer.json()).toMatchObject({ id: record._id, state: endings[situation]?.[0] });
    if (endings[situation]?.[0] !== 'ready') continue;
    const mp3 = await fetch(`${product.url}/jobs/${record._id}/mp3`, { headers });
    const job = await product.jobs.findOne({ _id: record._id });
    expect((await mp3.arrayBuffer()).byteLength).toBe(job?.mp3?.bytes);
  }
});
