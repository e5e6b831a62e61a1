import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GridFSBucket, type ObjectId } from 'mongodb';
import type { JobRecord, JobState } from '../../contracts/job';
import { mailCollection } from '../../contracts/mail-record';
import { runCommand } from '../e2e/command-run';
import type { Listener } from '../e2e/listener';
import { deadLettersEnvironment } from '../processes/process-environment';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { DockerCalls } from './docker-calls';
import { DrillStack } from './drill-stack';
import { mariadbClient } from './mariadb-client';
import { installStandIns } from './stand-ins/install-stand-ins';

/**
 * The drill of docs/backup.md: its scripts, on real servers. MySQL is MariaDB with its own
 * mariadb-dump; mongodump, mongorestore and mongosh are stand-ins (stand-ins/), and so is docker.
 */
const retryDelayMs = 30_000;
// Most files are newer than the backup: its operator says that the records are the right ones.
const sweeping = { SWEEP_EVERY_MS: '500', SWEEP_AGE_MS: '2000', SWEEP_REMOVES_MOST: 'true' };
/** A mail that is refused for now is tried again soon. */
const mailOften = { RETRY_DELAYS_MS: '1000', MAX_ATTEMPTS: '100' };
/** No conversion is so short. */
const tooShort = { TRANSCODE_TIMEOUT_MS: '100' };
const password = 'a password';

type Name =
  'settled' | 'letters' | 'mail-refused' | 'late-mail' | 'busy' | 'uploading' | 'ghost' | 'heir';
const addressOf = (name: Name): string => `${name}@example.com`;

let drill: DrillStack;
let calls: DockerCalls;
let environment: Readonly<Record<string, string>>;
let directory: string;
let short: string;
let long: string;
let junk: string;
let backup: string;
let later: string;

const listeners = new Map<Name, Listener>();
const jobs: Record<string, string> = {};
/** The records as the backup began, and what the listeners had by then. */
let before: JobRecord[];
let mp3sBefore: ReadonlyMap<string, Buffer>;
let mailsBefore: ReadonlyMap<string, readonly string[]>;
let tutorialMp3: ObjectId;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backup-drill-'));
  [short, long, junk] = ['short.mp4', 'long.mp4', 'junk.mp4'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  backup = join(directory, 'backup');
  later = join(directory, 'later');
  await Promise.all([
    makeSample(short, { seconds: 1 }),
    makeSample(long, { seconds: 60 }),
    writeFile(junk, 'no video'),
  ]);
  drill = await DrillStack.open([retryDelayMs], {
    RELAY_EVERY_MS: '200',
    LOST_AFTER_MS: '2000',
    CLAIM_MS: '3000',
    BCRYPT_COST: '4',
    LOG_LEVEL: 'warn',
  });
  calls = await DockerCalls.listen();
  const { config } = drill.stack;
  environment = installStandIns(config, await mariadbClient(config), calls.url);
  await drill.migrate();
  const names: Name[] = ['settled', 'letters', 'mail-refused', 'late-mail', 'busy', 'uploading'];
  for (const name of names) await drill.addUser(addressOf(name), password);
  await Promise.all(
    (['auth', 'gateway', 'relay', 'notification', 'converter'] as const).map((name) =>
      drill.start(name),
    ),
  );
  for (const name of names) listeners.set(name, await drill.logIn(addressOf(name), password));
}, 120_000);

afterAll(async () => {
  await drill.close();
  await calls.close();
  await rm(directory, { recursive: true });
}, 60_000);

function listener(name: Name): Listener {
  const found = listeners.get(name);
  if (found === undefined) throw new Error(`${name} has not logged in`);
  return found;
}

async function submit(what: string, name: Name, video = short): Promise<string> {
  const id = await listener(name).submit(video);
  jobs[what] = id;
  return id;
}

async function stateIs(id: string, state: JobState): Promise<void> {
  await eventually(`state ${state}`, async () => {
    return (await drill.jobs.findOne({ _id: id }))?.state === state || undefined;
  });
}

async function queuedIs(queue: string, messages: number): Promise<void> {
  await eventually(`${messages} in ${queue}`, async () => {
    return (await drill.queued())[queue] === messages || undefined;
  });
}

/** Of its MP3 as it is now. */
async function mailsOfJob(name: Name, what: string): Promise<readonly string[]> {
  const job = await drill.jobs.findOne({ _id: jobs[what] ?? '' });
  const fid = job?.mp3?.fid.toHexString() ?? 'none';
  return (await messageIds(name)).filter((messageId) => messageId.includes(fid));
}

const lettersOpen = () => drill.stores.letters.countDocuments({ state: 'open' });

async function deadLetters(...words: readonly string[]): Promise<void> {
  const { config } = drill.stack;
  const variables = deadLettersEnvironment(config);
  const end = await runCommand(config, 'dist/dead-letters/main.js', words, variables).ended;
  if (end.exitCode !== 0) throw new Error(`dead-letters ${words.join(' ')}: ${end.stderr}`);
}

async function script(name: 'backup' | 'restore', ...args: readonly string[]): Promise<string> {
  const path = join(drill.stack.config.repositoryDirectory, 'compose', `${name}.sh`);
  const { stdout } = await promisify(execFile)(path, args, { env: environment });
  return stdout;
}

async function startAll(): Promise<void> {
  await Promise.all([
    drill.start('auth'),
    drill.start('gateway'),
    drill.start('notification', mailOften),
    drill.start('converter'),
    drill.start('relay', sweeping),
  ]);
}

const killAll = () => drill.kill('relay', 'gateway', 'auth', 'converter', 'notification');

async function messageIds(name: Name): Promise<readonly string[]> {
  return (await drill.inbox.mails(addressOf(name))).map(({ messageId }) => messageId ?? '');
}

it('has jobs in every state', async () => {
  const bucket = new GridFSBucket(drill.mongo.db('mp3s'));
  const upload = bucket.openUploadStream('of-the-tutorial.mp3');
  upload.end('an MP3 without our mark');
  tutorialMp3 = upload.id;

  await drill.inbox.behave({
    to: addressOf('mail-refused'),
    answer: { kind: 'refuse', code: 550 },
  });
  await submit('ready', 'settled');
  await submit('ready too', 'settled');
  await submit('failed', 'settled', junk);
  await submit('mail dead', 'mail-refused');
  await drill.atRest();
  await eventually('the letter of the mail', async () => (await lettersOpen()) === 1 || undefined);

  await drill.stop('converter');
  await drill.start('converter', { ...tooShort, MAX_ATTEMPTS: '1' });
  await submit('dead', 'letters', long);
  await submit('dead and parked', 'letters', long);
  await submit('dead and replayed', 'letters', long);
  await eventually('letters', async () => (await lettersOpen()) === 4 || undefined);
  const parked = await drill.stores.letters.findOne({ jobId: jobs['dead and parked'] ?? '' });
  await deadLetters('park', parked?._id ?? '', '--reason', 'waits', '--yes');
  await eventually('the order', async () => (await lettersOpen()) === 3 || undefined);
  await drill.stop('relay');
  await submit('dead and not filed', 'letters', long);
  await queuedIs('video.dead', 1);

  await drill.stop('converter', 'notification');
  await drill.start('converter', tooShort);
  await stateIs(await submit('waiting', 'busy', long), 'waiting');
  await queuedIs('video.retry.30s', 1);
  await drill.stop('converter');
  await drill.start('converter');
  await stateIs(await submit('mail pending', 'busy'), 'ready');
  await drill.inbox.behave({ to: addressOf('late-mail'), answer: { kind: 'refuse', code: 451 } });
  await stateIs(await submit('mail late', 'late-mail'), 'ready');
  await queuedIs('mp3', 2);
  await stateIs(await submit('converting', 'busy', long), 'converting');
  await drill.kill('converter');
  await submit('queued', 'busy');
  await submit('queued too', 'busy');

  before = await drill.jobs.find().toArray();
  const states = before.map(({ state, mail }) => `${state}, mail ${mail}`).sort();
  expect(states).toEqual([
    'converting, mail none',
    'dead, mail none',
    'dead, mail none',
    'dead, mail none',
    'dead, mail none',
    'failed, mail sent',
    'queued, mail none',
    'queued, mail none',
    'ready, mail dead',
    'ready, mail pending',
    'ready, mail pending',
    'ready, mail sent',
    'ready, mail sent',
    'waiting, mail none',
  ]);
  mp3sBefore = await downloads(before);
  mailsBefore = new Map([...listeners.values()].map(({ email }) => [email, []]));
  for (const name of listeners.keys()) {
    mailsBefore = new Map([...mailsBefore, [addressOf(name), await messageIds(name)]]);
  }
}, 90_000);

/** As the relay leaves a letter that it put back, after the record of its job was dumped. */
async function markReplayed(what: string): Promise<void> {
  const replayed = { state: 'replayed', outcome: 'waiting', replay: 1, replays: 1 } as const;
  const marks = { ...replayed, stateAt: new Date() };
  await drill.stores.letters.updateOne({ jobId: jobs[what] ?? '' }, { $set: marks });
}

/** Of jobs that are ready, by job. */
async function downloads(records: readonly JobRecord[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const { _id, owner, state, mp3 } of records) {
    if (state !== 'ready' || mp3 === null) continue;
    const [name] = owner.address.split('@') as [Name];
    found.set(_id, await listener(name).download(mp3.fid.toHexString()));
  }
  return found;
}

it('is backed up while videos are uploaded, converted and mailed', async () => {
  let accepted = 0;
  const ended = new AbortController();
  const uploading = (async () => {
    while (!ended.signal.aborted) {
      await listener('uploading').submit(short);
      accepted += 1;
    }
  })();
  const oneMore = async (what: string, count: () => Promise<number> | number) => {
    const had = await count();
    await eventually(`one more ${what}`, async () => (await count()) > had || undefined);
  };
  const ready = () => drill.jobs.countDocuments({ state: 'ready' });
  const mailed = () => drill.jobs.countDocuments({ mail: 'sent' });
  calls.meanwhile = async (call) => {
    if (call.includes('--collection jobs')) await oneMore('upload', () => accepted);
    if (call.includes('--collection mails')) {
      await Promise.all([drill.start('converter'), drill.start('notification', mailOften)]);
      await Promise.all([oneMore('MP3', ready), oneMore('mail', mailed)]);
    }
    if (call.includes('--collection dead_letters')) {
      await drill.inbox.behaveNormally(addressOf('late-mail'));
      await markReplayed('dead and replayed');
      await oneMore('MP3', ready);
    }
    if (call.includes('--excludeCollection jobs')) {
      await drill.start('relay');
      await eventually('filing', async () => (await lettersOpen()) === 3 || undefined);
    }
    if (call.includes('mysqldump')) await oneMore('upload', () => accepted);
    if (call.includes('--db mp3s')) await oneMore('MP3', ready);
    if (call.includes('--db videos')) await oneMore('mail', mailed);
  };
  try {
    await script('backup', backup);
  } finally {
    calls.meanwhile = () => Promise.resolve();
    ended.abort();
    await uploading;
  }
}, 60_000);

it('goes on afterwards: a user, videos, MP3s and mails that the backup does not have', async () => {
  await drill.addUser(addressOf('ghost'), password);
  listeners.set('ghost', await drill.logIn(addressOf('ghost'), password));
  await stateIs(await submit('of a ghost', 'ghost'), 'ready');
  await drill.inbox.waitForMails(addressOf('ghost'));
  await drill.inbox.waitForMails(addressOf('busy'));
  await drill.inbox.waitForMails(addressOf('late-mail'));
}, 60_000);

/** What must hold of a restored product, whatever became of RabbitMQ. */
async function expectRestored(): Promise<void> {
  await drill.atRest(60_000);
  // Everybody who was a user then, and nobody else.
  for (const name of listeners.keys()) {
    const login = drill.logIn(addressOf(name), password);
    if (name === 'ghost') await expect(login).rejects.toThrow('401');
    else listeners.set(name, await login);
  }
  const now = new Map((await drill.jobs.find().toArray()).map((job) => [job._id, job]));
  const ends = Object.entries(jobs).map(([what, id]) => [what, now.get(id)?.state ?? 'gone']);
  expect(Object.fromEntries(ends)).toMatchObject({
    ready: 'ready',
    'ready too': 'ready',
    failed: 'failed',
    'mail dead': 'ready',
    dead: 'dead',
    'dead and parked': 'dead',
    'dead and not filed': 'ready',
    'dead and replayed': 'ready',
    waiting: 'ready',
    'mail pending': 'ready',
    'mail late': 'ready',
    converting: 'ready',
    queued: 'ready',
    'queued too': 'ready',
  });
  for (const [id, bytes] of mp3sBefore) {
    const job = now.get(id);
    const [name] = (job?.owner.address ?? '').split('@') as [Name];
    const again = await listener(name).download(job?.mp3?.fid.toHexString() ?? '');
    expect(again.equals(bytes)).toBe(true);
  }
  await expectFiles();
  await expectLetters();
}

/** After a sweep: the MP3 of each job that is ready, the video of each job, and what is not ours. */
async function expectFiles(): Promise<void> {
  const ready = await drill.jobs.find({ state: 'ready' }).toArray();
  await expectSwept('mp3s', [tutorialMp3, ...ready.map(({ mp3 }) => mp3?.fid)]);
  const sourceMissing = { 'refusal.reason': 'source-missing' } as const;
  const withoutVideo = await drill.jobs.distinct('_id', sourceMissing);
  expect(withoutVideo).toEqual('unknown' in jobs ? [jobs['unknown']] : []);
  await expectSwept(
    'videos',
    await drill.jobs.distinct('source.fid', { _id: { $nin: withoutVideo } }),
  );
}

async function expectSwept(bucket: 'mp3s' | 'videos', fids: readonly unknown[]): Promise<void> {
  const stored = drill.mongo.db(bucket).collection('fs.files');
  const wanted = fids.map(String).sort();
  const files = async () => (await stored.find().toArray()).map(({ _id }) => String(_id)).sort();
  await eventually(
    `a sweep of ${bucket}`,
    async () => JSON.stringify(await files()) === JSON.stringify(wanted) || undefined,
  ).catch(async () => {
    expect(await files()).toEqual(wanted);
  });
}

async function expectLetters(): Promise<void> {
  const letters = await drill.stores.letters.find().toArray();
  const told = letters.map(({ jobId, workQueue, state }) => [jobId, workQueue, state]);
  expect(told).toEqual(
    expect.arrayContaining([
      [jobs['dead'], 'video', 'open'],
      [jobs['dead and parked'], 'video', 'parked'],
      [jobs['mail dead'], 'mp3', 'open'],
    ]),
  );
  const replayed = { jobId: jobs['dead and replayed'] ?? '' };
  await eventually('the end of the replay', async () => {
    return (await drill.stores.letters.findOne(replayed))?.outcome === 'succeeded' || undefined;
  });
  const audit = await drill.stores.audit.find().toArray();
  expect(audit).toEqual(
    expect.arrayContaining([expect.objectContaining({ reason: 'waits', action: 'park' })]),
  );
}

/** Mails that were out, or given up, as the backup began come no second time. */
async function expectNoMailTwice(): Promise<void> {
  for (const name of ['settled', 'letters', 'mail-refused'] as const) {
    const had = mailsBefore.get(addressOf(name)) ?? [];
    const fresh = (await messageIds(name)).slice(had.length);
    const settled = before.filter(({ mail }) => mail === 'sent' || mail === 'dead');
    const ids = settled.map(({ _id, mp3 }) => mp3?.fid.toHexString() ?? _id);
    expect(fresh.filter((messageId) => ids.some((id) => messageId.includes(id)))).toEqual([]);
  }
}

describe('all three servers lose their data', () => {
  it('is restored, and every job ends once', async () => {
    await killAll();
    await drill.destroy('mariadb', 'mongodb', 'rabbitmq');
    const said = await script('restore', backup, '--replace');
    // In the order of the script no file is older than the record that names it.
    expect(said).toContain('"firstBatch":[{"_id":"letter missing","jobs":2}]');
    await startAll();
    await expectRestored();
    await expectNoMailTwice();
  }, 120_000);

  it('repeats a mail that went out after the ledger was dumped, with the same Message-ID', async () => {
    const mails = await messageIds('late-mail');
    expect(mails).toHaveLength(2);
    expect(new Set(mails).size).toBe(1);
  });

  it('repeats no mail that the ledger knows, be the record of its job older', async () => {
    expect(await mailsOfJob('busy', 'mail pending')).toHaveLength(1);
  });

  it('has nothing of what came after the backup', async () => {
    expect(await drill.jobs.findOne({ _id: jobs['of a ghost'] ?? '' })).toBeNull();
    const answer = await listener('ghost').call(`/jobs/${jobs['of a ghost'] ?? ''}`);
    await answer.text();
    expect(answer.status).toBe(404);
  });

  it('gives nobody the id of a user whom the backup does not know', async () => {
    const ghostsId = idIn(listener('ghost').token);
    await drill.addUser(addressOf('heir'), password);
    const heir = await drill.logIn(addressOf('heir'), password);
    expect(Number(idIn(heir.token))).toBeGreaterThan(Number(ghostsId) + 1_000);
    // The ghost's token is still valid; what the heir uploads is not the ghost's.
    const id = await heir.submit(short);
    await heir.finished(id);
    const answer = await listener('ghost').call(`/jobs/${id}`);
    await answer.text();
    expect(answer.status).toBe(404);
  });

  it('replays a letter of the backup', async () => {
    const letter = await drill.stores.letters.findOne({ jobId: jobs['dead'] ?? '' });
    await deadLetters('replay', letter?._id ?? '', '--reason', 'restored', '--yes', '--wait');
    await stateIs(jobs['dead'] ?? '', 'ready');
  }, 60_000);
});

const idIn = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string })
    .sub;

describe('RabbitMQ survives with newer messages', () => {
  it('is restored, and they do no harm', async () => {
    await drill.stop('notification');
    await stateIs(await submit('announced', 'uploading'), 'ready');
    await queuedIs('mp3', 1);
    await drill.stop('converter');
    await submit('unknown', 'uploading');
    await queuedIs('video', 1);
    const mailsHad = await messageIds('uploading');
    await killAll();
    await drill.destroy('mariadb', 'mongodb');
    await script('restore', backup, '--replace');
    // docs/backup.md, "Mails": what the mail server's log says was sent.
    const sent = [...(await messageIds('late-mail')), ...mailsHad];
    const sentAt = new Date();
    await mailCollection(drill.mongo.db('jobs')).bulkWrite(
      sent.map((_id) => ({
        updateOne: {
          filter: { _id },
          update: {
            $set: { state: 'sent', claim: null, sentAt },
            $setOnInsert: { to: '', attempts: 1 },
          },
          upsert: true,
        },
      })),
    );
    await startAll();
    await expectRestored();
    await expectNoMailTwice();
    // Its video is not in the backup: its listener is told to upload it again.
    expect(await drill.jobs.findOne({ _id: jobs['unknown'] ?? '' })).toMatchObject({
      state: 'failed',
      refusal: { reason: 'source-missing' },
    });
    const fresh = (await messageIds('uploading')).slice(mailsHad.length);
    expect(fresh.filter((id) => id.includes(jobs['unknown'] ?? ''))).toHaveLength(1);
    // No mail leads to an MP3 that is not there.
    const fids = (await drill.jobs.distinct('mp3.fid')).map(String);
    for (const messageId of fresh.filter((id) => id.startsWith('<ready.'))) {
      expect(fids).toContain(messageId.slice('<ready.'.length, messageId.indexOf('@')));
    }
  }, 120_000);

  it('sends no mail again that the ledger was told of', async () => {
    expect(await messageIds('late-mail')).toHaveLength(2);
    expect(await mailsOfJob('busy', 'mail pending')).toHaveLength(1);
  });
});

describe('the files of a backup are older than its records', () => {
  it('lacks MP3s until after-restore.js has run, and then has them', async () => {
    const id = await submit('later', 'settled');
    await drill.atRest();
    await script('backup', later);
    // As if the MP3s had been dumped first.
    await cp(join(backup, '6-mp3s.archive'), join(later, '6-mp3s.archive'));
    const sums = join(later, 'SHA256SUMS');
    const old = await readFile(join(backup, 'SHA256SUMS'), 'utf8');
    const line = old.split('\n').find((text) => text.endsWith('6-mp3s.archive')) ?? '';
    const mixed = (await readFile(sums, 'utf8')).replace(/^.*6-mp3s\.archive$/m, line);
    await writeFile(sums, mixed);

    await killAll();
    calls.meanwhile = (call) =>
      call.includes('mongosh') ? Promise.reject(new Error('left out')) : Promise.resolve();
    await expect(script('restore', later, '--replace')).rejects.toThrow('left out');
    calls.meanwhile = () => Promise.resolve();
    await Promise.all([drill.start('auth'), drill.start('gateway')]);
    const fid = (await drill.jobs.findOne({ _id: id }))?.mp3?.fid.toHexString() ?? '';
    await expect(listener('settled').download(fid)).rejects.toThrow('404');

    await killAll();
    expect(await script('restore', later, '--replace')).toContain(
      '"firstBatch":[{"_id":"mp3 missing","jobs":',
    );
    await startAll();
    await drill.atRest();
    const job = await listener('settled').job(id);
    expect(job.state).toBe('ready');
    expect((await listener('settled').download(job.mp3?.fid ?? '')).length).toBe(job.mp3?.bytes);
  }, 180_000);
});
