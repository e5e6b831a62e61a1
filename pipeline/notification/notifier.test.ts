import { MongoClient, ObjectId } from 'mongodb';
import { headerNames } from '../../contracts/headers';
import { newJob } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import { mailCollection } from '../../contracts/mail-record';
import type { Mp3Message } from '../../contracts/message';
import { mongoUrl } from '../../local/servers/mongodb';
import { startPrivateStack, type PrivateStack } from '../../local/private-stack';
import { eventually } from '../../local/test-broker';
import { uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { createLogger } from '../../observability/logger';
import { Metrics } from '../../observability/metrics';
import { isMongoOutage } from '../../observability/mongo-outage';
import type { Delivery } from '../deliveries/delivery';
import { Stopping } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import { counted } from '../test-counted';
import { MailLedger } from './mail-ledger';
import { Notifier } from './notifier';
import type { Mailer } from './notifier-deps';
import { SmtpMailer } from './smtp-mailer';
import { startTestSmtpServer, type TestSmtpServer } from './test-smtp-server';

const log = createLogger('notification', 'warn', { write: () => undefined });
const claimMs = 600;
const database = uniqueName('jobs');

let stack: PrivateStack;
let client: MongoClient;
let server: TestSmtpServer;
let mailer: SmtpMailer;
let stopping: AbortController;
let metrics: Metrics;
const breakers: Breaker[] = [];

beforeAll(async () => {
  stack = await startPrivateStack('mongodb');
  const options = { serverSelectionTimeoutMS: 1_000 };
  client = await MongoClient.connect(mongoUrl(stack.config), options);
}, 60_000);

afterAll(async () => {
  await client.close();
  await stack.close();
}, 30_000);

beforeEach(async () => {
  server = await startTestSmtpServer();
  mailer = new SmtpMailer({ url: server.url, from: 'mp3@example.com', timeoutMs: 20_000 });
  stopping = new AbortController();
  metrics = new Metrics('notification');
});

afterEach(async () => {
  for (const breaker of breakers.splice(0)) breaker.stop();
  mailer.stop();
  await server.close();
});

const jobs = () => jobCollection(client.db(database));

function breakerOf(): Breaker {
  const breaker = new Breaker('jobs', isMongoOutage, { resetTimeoutMs: 200 });
  breakers.push(breaker);
  return breaker;
}

function notifier(worker: string, through: Mailer = mailer): Notifier {
  const records = breakerOf();
  return new Notifier({
    ledger: new MailLedger(client.db(database), records, worker, claimMs),
    mailer: through,
    jobs: jobs(),
    records,
    metrics,
    publicUrl: 'http://mp3.example',
    domain: 'example.com',
    maxAttempts: 2,
    worker,
  });
}

interface News {
  readonly fid: string;
  readonly jobId: string;
  readonly delivery: Delivery;
}

async function news(): Promise<News> {
  const [jobId, fid] = [new ObjectId().toHexString(), new ObjectId().toHexString()];
  const source = { fid: new ObjectId(jobId), name: 'song.mp4', bytes: 1 };
  const owner = { id: '1', address: 'reader@example.com' };
  await jobs().insertOne({ ...newJob(jobId, owner, source, new Date()), mail: 'pending' });
  const message: Mp3Message = {
    video_fid: jobId,
    mp3_fid: fid,
    username: owner.address,
    job_id: jobId,
  };
  const delivery: Delivery = {
    queue: 'mp3',
    body: Buffer.from(JSON.stringify(message)),
    messageId: `ready.${fid}`,
    headers: {},
    redelivered: false,
    traceId: 'ab'.repeat(16),
    traceparent: null,
  };
  return { fid, jobId, delivery };
}

const notify = (who: Notifier, { delivery }: News): Promise<Outcome> =>
  who.notifyReady(delivery, stopping.signal, log);

const mailOf = async ({ jobId }: News) => (await jobs().findOne({ _id: jobId }))?.mail;

function expectOneMail({ fid }: News): void {
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]).toContain(`Message-ID: <ready.${fid}@example.com>`);
}

it('sends one mail for a message that comes again, and says so on the job each time', async () => {
  const one = await news();
  expect(await notify(notifier('a'), one)).toEqual({ kind: 'completed' });
  expect(await mailOf(one)).toBe('sent');
  await jobs().updateOne({ _id: one.jobId }, { $set: { mail: 'pending' } });
  expect(await notify(notifier('b'), one)).toEqual({ kind: 'completed' });
  expect(await mailOf(one)).toBe('sent');
  expectOneMail(one);
  expect(await counted(metrics, 'attempts_total')).toEqual(['queue=mp3: 1']);
  expect(await counted(metrics, 'mails_total')).toEqual(['kind=ready,result=ok: 1']);
});

it('keeps others from sending while the mail server is slower than the claim is long', async () => {
  const one = await news();
  server.script('RCPT', 'hang');
  const slow = notify(notifier('slow'), one);
  await server.reached('RCPT');
  const other = notifier('other');
  const until = performance.now() + 3 * claimMs;
  await eventually('the time of three claims', async () => {
    expect(await notify(other, one)).toMatchObject({ kind: 'defer', reason: 'claim' });
    return performance.now() > until ? true : undefined;
  });
  server.release('250 at last');
  expect(await slow).toEqual({ kind: 'completed' });
  expect(await notify(other, one)).toEqual({ kind: 'completed' });
  expectOneMail(one);
});

it('says on the job that the mail server refused the mail, until a replay sends it', async () => {
  const one = await news();
  server.script('RCPT', '550 no such user');
  expect(await notify(notifier('a'), one)).toMatchObject({ kind: 'dead-letter' });
  expect(await counted(metrics, 'mails_total')).toEqual(['kind=ready,result=failed: 1']);
  expect(await mailOf(one)).toBe('dead');
  server.script('RCPT', '250 found');
  expect(await notify(notifier('a'), one)).toEqual({ kind: 'completed' });
  expect(await mailOf(one)).toBe('sent');
  expectOneMail(one);
  expect(await counted(metrics, 'attempts_total')).toEqual(['queue=mp3: 2']);
});

it('uses no attempt for a whole mail without an answer, and waits longer each time', async () => {
  const one = await news();
  server.script('dot', 'drop');
  const once = async (): Promise<Outcome> => {
    // One with a closed breaker each time: that opens after three of these.
    const fresh = new SmtpMailer({ url: server.url, from: 'mp3@example.com', timeoutMs: 20_000 });
    try {
      return await notify(notifier('a', fresh), one);
    } finally {
      fresh.stop();
    }
  };
  for (let time = 1; time < 10; time += 1) {
    expect(await once()).toEqual({ kind: 'retry', attempt: time });
  }
  expect(await once()).toMatchObject({ kind: 'dead-letter' });
});

it('keeps how each attempt failed, and begins anew with the first news of a replay', async () => {
  const one = await news();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await jobs().updateOne({ _id: one.jobId }, { $set: { traceId } });
  const who = notifier('a');
  const after = (replay: number | string): Promise<Outcome> =>
    notify(who, {
      ...one,
      delivery: { ...one.delivery, headers: { [headerNames.replay]: replay } },
    });
  server.script('RCPT', '451 later');
  expect(await notify(who, one)).toEqual({ kind: 'retry', attempt: 1 });
  expect(await after('many')).toMatchObject({
    kind: 'dead-letter',
    letter: { attempts: 2, replay: 0 },
  });
  expect(await after(1)).toEqual({ kind: 'retry', attempt: 1 });
  // A copy from before the replay.
  expect(await notify(who, one)).toMatchObject({
    kind: 'dead-letter',
    letter: { attempts: 2, replay: 1 },
  });
  const entry = await mailCollection(client.db(database)).findOne({
    _id: `<ready.${one.fid}@example.com>`,
  });
  const failures = entry?.failures ?? [];
  expect(failures.map(({ attempt, replay }) => [attempt, replay])).toEqual([
    [1, 0],
    [2, 0],
    [1, 1],
    [2, 1],
  ]);
  expect(failures[0]).toMatchObject({
    worker: 'a',
    error: expect.stringContaining('451') as string,
  });
  expect(JSON.parse(failures[0]?.log[0] ?? '')).toMatchObject({ jobId: one.jobId, traceId });
});

it('does not count an attempt again that it goes on with', async () => {
  const one = await news();
  const ledger = new MailLedger(client.db(database), breakerOf(), 'a', claimMs);
  const messageId = `<ready.${one.fid}@example.com>`;
  const mail = {
    kind: 'ready',
    messageId,
    to: 'reader@example.com',
    subject: '',
    text: '',
  } as const;
  const taken = await ledger.take(mail);
  if (taken.kind !== 'taken') throw new Error(`expected to take the mail, got ${taken.kind}`);
  const headers = { [headerNames.unreleasedClaim]: taken.token };
  const again = { ...one, delivery: { ...one.delivery, headers } };
  expect(await notify(notifier('b'), again)).toEqual({ kind: 'completed' });
  expectOneMail(one);
  // Whoever took it first has counted it.
  expect(await counted(metrics, 'attempts_total')).toEqual([]);
});

it('hands back what it has not begun when the worker stops', async () => {
  const one = await news();
  stopping.abort(new Stopping('the worker is stopping'));
  const outcome = await notify(notifier('a'), one);
  expect(outcome).toMatchObject({ kind: 'defer', reason: 'stopping' });
  expect(server.mails).toEqual([]);
  expect(await counted(metrics, 'attempts_total')).toEqual([]);
});

describe('when MongoDB goes away between the yes of the mail server and the ledger', () => {
  /** Sends, and then takes MongoDB away before anybody hears of it. */
  const thenCrash = (crashed: () => void): Mailer => ({
    async send(mail, permit) {
      await mailer.send(mail, permit);
      await stack.crash('mongodb');
      crashed();
    },
  });

  it('sends one mail, whoever else waits for MongoDB', async () => {
    const one = await news();
    const crash = new AbortController();
    const mailing = thenCrash(() => {
      crash.abort();
    });
    const first = notify(notifier('first', mailing), one);
    await eventually('the crash', () => crash.signal.aborted || undefined);
    const other = notifier('other');
    const until = performance.now() + 3 * claimMs;
    await eventually('the end of the claim', async () => {
      expect(await notify(other, one)).toMatchObject({ kind: 'defer', reason: 'dependency' });
      return performance.now() > until ? true : undefined;
    });
    await stack.start('mongodb');
    await eventually('the end of the other', async () => {
      const { kind } = await notify(other, one);
      return kind === 'completed' ? true : undefined;
    });
    expect(await first).toEqual({ kind: 'completed' });
    expectOneMail(one);
  }, 60_000);

  it('gives up when the worker stops', async () => {
    const one = await news();
    const outcome = notify(
      notifier(
        'first',
        thenCrash(() => {
          stopping.abort(new Stopping('the worker is stopping'));
        }),
      ),
      one,
    );
    const why = 'the sent mail could not be noted';
    expect(await outcome).toEqual({ kind: 'defer', reason: 'dependency', why });
    await stack.start('mongodb');
  }, 60_000);
});
