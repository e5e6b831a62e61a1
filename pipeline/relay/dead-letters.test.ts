import { connect, type GetMessage } from 'amqplib';
import { MongoClient, ObjectId } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { callManagementApi } from '../../contracts/broker/management-api';
import type { JobRecord } from '../../contracts/job';
import { deadQueue } from '../../contracts/topology';
import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import { letterBody } from '../../dead-letters/letter-body';
import { placeOrder } from '../../dead-letters/orders/place-order';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { startPrivateStack } from '../../local/private-stack';
import { mongoUrl } from '../../local/servers/mongodb';
import { eventually } from '../../local/test-broker';
import { metricLines, RelaySystem, standing } from './test-relay';

const ann = { id: '1', address: 'ann@example.com' };

let system: RelaySystem;
let stores: DeadLetterStores;

beforeAll(async () => {
  system = await RelaySystem.open();
  stores = openStores(system.database);
}, 60_000);

afterEach(async () => {
  await system.clear();
  for (const collection of await system.database.collections()) await collection.deleteMany({});
});

afterAll(() => system.close());

/** Nothing counts as lost: what the tests take off a queue is not sent anew. */
const start = (settings: Record<string, string> = {}) =>
  system.start({ LOST_AFTER_MS: '600000', ...settings });

const letter = (messageId: string, accept: (letter: DeadLetterRecord) => boolean = () => true) =>
  eventually(`letter ${messageId}`, async () => {
    const found = await stores.letters.findOne({ messageId });
    return found !== null && accept(found) ? found : undefined;
  });

const job = (id: string, accept: (job: JobRecord) => boolean) =>
  eventually(`job ${id}`, async () => {
    const found = await system.jobs.findOne({ _id: id });
    return found !== null && accept(found) ? found : undefined;
  });

const notZero = async (adminPort: number, name: string): Promise<string[]> =>
  (await metricLines(adminPort, `${name}{`)).filter((line) => !line.endsWith(' 0'));

/** The broker has nothing of them any more, be it ready or with somebody. */
async function expectAcked(): Promise<void> {
  await system.stopRelays();
  expect(await system.broker.counts(system.topology)).toEqual({});
}

const deathHeaders = (queue: string, more: Record<string, unknown> = {}) => ({
  'dead-reason': 'attempts-exhausted',
  'dead-queue': queue,
  'dead-step': 'transcode',
  'dead-error-class': 'StepTimeout',
  'dead-error': 'no end after 3600 s',
  'dead-at': new Date().toISOString(),
  attempt: 4,
  ...more,
});

/** All but the broker's own. */
function ourHeaders({ properties }: GetMessage): Record<string, unknown> {
  const headers: Record<string, unknown> = { ...properties.headers };
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-')));
}

const videoMessage = ({ _id, source, owner }: JobRecord) => ({
  video_fid: source.fid.toHexString(),
  mp3_fid: null,
  username: owner.address,
  job_id: _id,
});

/** A job that a worker gave up, and its message, as that leaves them. */
async function deadJob(change: Partial<JobRecord> = {}): Promise<JobRecord> {
  const ended = { publishedAt: new Date(), finishedAt: new Date() };
  const dead = await system.accept(ann, { state: 'dead', attempts: 4, ...ended, ...change });
  await die(dead);
  return dead;
}

async function die(dead: JobRecord, replay?: number): Promise<void> {
  const more = { 'job-id': dead._id, ...(replay === undefined ? {} : { replay }) };
  const headers = deathHeaders('video', more);
  await system.broker.publish('video.dead', videoMessage(dead), { messageId: dead._id, headers });
}

const replay = (messageIds: string[]) =>
  eventually(`letters of ${messageIds.join(', ')}`, async () => {
    const found = await stores.letters.find({ messageId: { $in: messageIds } }).toArray();
    if (found.length < messageIds.length) return undefined;
    const select = { ids: found.map(({ _id }) => _id) };
    return placeOrder(stores, { action: 'replay', reason: 'mended', select }, 'op@example.com');
  });

describe('filing', () => {
  it('puts the letters of every queue on file, then acks them', async () => {
    const { adminPort } = await start();
    const large = randomBytes(10 * 1024 * 1024);
    for (const queue of Object.values(system.topology.queueNames)) {
      const to = deadQueue(queue);
      await system.broker.publish(to, { from: queue }, { messageId: `of-${queue}` });
      await system.broker.publish(to, Buffer.from([0xff, 0]), {
        messageId: `raw-${queue}`,
        headers: deathHeaders(queue),
      });
    }
    await system.broker.publish('mp3.dead', large, { messageId: 'large' });
    for (const [workQueue, queue] of Object.entries(system.topology.queueNames)) {
      expect(await letter(`of-${queue}`)).toMatchObject({
        workQueue,
        queue,
        last: { reason: 'not-stated' },
      });
      expect(await letter(`raw-${queue}`)).toMatchObject({ last: { errorClass: 'StepTimeout' } });
    }
    expect(large.equals(await letterBody(stores, await letter('large')))).toBe(true);
    await eventually('the letters in the metrics', async () => {
      const lines = await metricLines(adminPort, 'dead_letters');
      const wanted = ['dead_letters_filed_total{queue="mp3"} 3', 'dead_letters{queue="mp3"} 3'];
      return wanted.every((line) => lines.includes(line)) || undefined;
    });
    // Those that say why were counted by the worker that gave them up.
    expect(await notZero(adminPort, 'dead_lettered_total')).toEqual([
      'dead_lettered_total{queue="video",reason="not-stated"} 1',
      'dead_lettered_total{queue="mp3",reason="not-stated"} 2',
      'dead_lettered_total{queue="failed",reason="not-stated"} 1',
    ]);
    await expectAcked();
    expect(await stores.letters.countDocuments()).toBe(7);
  }, 30_000);

  it('takes headers of any shape', async () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 1_000; depth += 1) deep = { t: deep };
    const headers = {
      $where: 'x',
      'a.b': { 'c.d': [1, { $e: Buffer.from([255]) }] },
      'dead-reason': { table: true },
      'x-death': 'nothing',
      when: { '!': 'timestamp', value: 1_700_000_000 },
      deep,
    };
    const { adminPort } = await start();
    await system.broker.publish('video.dead', 'x', { messageId: 'shapes', headers });
    await system.broker.publish('video.dead', 'x', { messageId: 'after' });
    const shapes = await letter('shapes');
    expect(JSON.parse(shapes.headers)).toMatchObject({
      $where: 'x',
      'a.b': { 'c.d': [1, { $e: { base64: '/w==' } }] },
    });
    await letter('after');
    const foreign = { 'dead-reason': 'no reason of ours', 'dead-queue': 'no queue' };
    const rejected = { ...foreign, 'x-death': [{ reason: 'rejected', queue: 'no queue' }] };
    const made = { ...foreign, 'x-death': [{ reason: 'made up', queue: 'no queue' }] };
    await system.broker.publish('video.dead', 'x', { messageId: 'rejected', headers: rejected });
    await system.broker.publish('video.dead', 'x', { messageId: 'made-up', headers: made });
    await letter('rejected');
    await letter('made-up');
    await eventually('four letters in the metrics', async () => {
      const [line] = await notZero(adminPort, 'dead_letters_filed_total');
      return line === 'dead_letters_filed_total{queue="video"} 4' || undefined;
    });
    expect((await notZero(adminPort, 'dead_lettered_total')).sort()).toEqual([
      'dead_lettered_total{queue="video",reason="not-stated"} 3',
      'dead_lettered_total{queue="video",reason="rejected"} 1',
    ]);
    await expectAcked();
  }, 30_000);

  it('is for the active relay only', async () => {
    const leases = system.database.collection<{ _id: string }>('leases');
    const held = { holder: 'another', expiresAt: new Date(Date.now() + 600_000) };
    await leases.updateOne({ _id: 'relay' }, { $set: held }, { upsert: true });
    const { adminPort } = await start();
    const looks = async (count: number) => {
      for (let look = 0; look < count; look += 1) {
        await eventually('a standby', async () => {
          const { ready, relay } = await standing(adminPort);
          return (ready && relay === 'standby') || undefined;
        });
      }
    };
    await looks(1);
    await system.accept(ann, { publishedAt: new Date() });
    await system.broker.publish('video.dead', 'x', { messageId: 'waits' });
    await looks(100);
    expect(await metricLines(adminPort, 'relay_active ')).toEqual(['relay_active 0']);
    expect(await notZero(adminPort, 'oldest_waiting_seconds')).toEqual([]);
    expect(await system.broker.counts(system.topology)).toEqual({ 'video.dead': 1 });
    expect(await stores.letters.countDocuments()).toBe(0);
    await leases.updateOne({ _id: 'relay' }, { $set: { expiresAt: new Date(0) } });
    await letter('waits');
    await eventually('an age in the metrics', async () => {
      return (await notZero(adminPort, 'oldest_waiting_seconds')).length === 1 || undefined;
    });
    expect(await metricLines(adminPort, 'relay_active ')).toEqual(['relay_active 1']);
    // Another takes over while this one stands still.
    await leases.updateOne({ _id: 'relay' }, { $set: held });
    await eventually('a standby again', async () => {
      const [line] = await metricLines(adminPort, 'relay_active ');
      return line === 'relay_active 0' || undefined;
    });
    expect(await notZero(adminPort, 'oldest_waiting_seconds')).toEqual([]);
    await expectAcked();
  }, 30_000);

  it('goes on without a queue that somebody deleted', async () => {
    const { adminPort } = await start();
    await letterOf('video.dead', 'before');
    await system.broker.channel.deleteQueue('mp3.dead');
    await letterOf('video.dead', 'one');
    await letterOf('mp3.failed.dead', 'other');
    expect(await standing(adminPort)).toMatchObject({ ready: true, relay: 'active' });
    const dead = system.topology.queues.find(({ name }) => name === 'mp3.dead');
    await system.broker.channel.assertQueue('mp3.dead', { arguments: dead?.arguments });
    await letterOf('mp3.dead', 'again');
    await expectAcked();
  }, 30_000);

  async function letterOf(queue: string, messageId: string): Promise<void> {
    await system.broker.publish(queue, 'x', { messageId });
    await letter(messageId);
  }

  it('leaves in their queue what MongoDB refuses, and files it once that is mended', async () => {
    const { adminPort } = await start();
    await letterOf('video.dead', 'before');
    // Allows no second letter of a queue.
    const unique = { key: { workQueue: 1 }, name: 'one-of-a-queue', unique: true };
    await stores.letters.createIndexes([unique]);
    await system.broker.publish('video.dead', 'x', { messageId: 'refused' });
    // Redelivered: it was taken, and put back.
    await eventually('a message that was put back', async () => {
      const message = await system.broker.channel.get('video.dead');
      if (message === false) return undefined;
      system.broker.channel.nack(message);
      return message.fields.redelivered || undefined;
    });
    expect(await standing(adminPort)).toMatchObject({ ready: true, relay: 'active' });
    expect(await stores.letters.countDocuments()).toBe(1);
    await stores.letters.dropIndex(unique.name);
    await letter('refused');
    await expectAcked();
  }, 30_000);

  it('leaves them there while MongoDB is away, untouched, and files them once it is back', async () => {
    const stack = await startPrivateStack('mongodb');
    const client = new MongoClient(mongoUrl(stack.config), { serverSelectionTimeoutMS: 500 });
    const { letters } = openStores(client.db(system.database.databaseName));
    try {
      const { adminPort } = await start({ MONGO_URL: mongoUrl(stack.config) });
      const filed = (messageId: string) =>
        eventually(`letter ${messageId}`, async () => {
          return (await letters.findOne({ messageId })) ?? undefined;
        });
      await system.broker.publish('video.dead', 'x', { messageId: 'before' });
      await filed('before');
      await stack.stop('mongodb');
      for (const messageId of ['one', 'two']) {
        await system.broker.publish('video.dead', messageId, { messageId });
      }
      await eventually('a relay that misses MongoDB', async () => {
        return !(await standing(adminPort)).ready || undefined;
      });
      await eventually('both messages', async () => {
        const { 'video.dead': ready } = await system.broker.counts(system.topology);
        return ready === 2 || undefined;
      });
      await stack.start('mongodb');
      for (const messageId of ['one', 'two']) {
        const { headers } = await filed(messageId);
        const counted = JSON.parse(headers) as Record<string, unknown>;
        expect(counted['x-delivery-count'] ?? 0).toBe(0);
      }
      await expectAcked();
      expect(await letters.countDocuments()).toBe(3);
    } finally {
      await system.stopRelays();
      await client.close();
      await stack.close();
    }
  }, 60_000);
});

describe('a message that the broker gave up', () => {
  it('is on file as the work of a worker that crashed, and its job is dead', async () => {
    const { api, name } = system.broker.vhost;
    await callManagementApi(api, 'PUT', `/api/policies/${name}/limit`, {
      pattern: '^video$',
      'apply-to': 'queues',
      definition: {
        'delivery-limit': 2,
        'dead-letter-exchange': '',
        'dead-letter-routing-key': 'video.dead',
      },
    });
    await eventually('the policy', async () => {
      const queue = await callManagementApi(api, 'GET', `/api/queues/${name}/video`);
      return (queue as { policy?: string }).policy === 'limit' || undefined;
    });
    const open = await system.accept(ann, { publishedAt: new Date() });
    await system.broker.publish('video', videoMessage(open), {
      messageId: open._id,
      headers: { 'job-id': open._id, attempt: 3 },
    });
    const { adminPort } = await start();
    const worker = await connect(system.broker.vhost.url);
    const dead = await eventually('its letter', async () => {
      const channel = await worker.createChannel();
      await channel.get('video');
      await channel.close();
      return (await stores.letters.findOne({ messageId: open._id })) ?? undefined;
    });
    await worker.close();
    expect(dead).toMatchObject({
      jobId: open._id,
      problem: null,
      last: { reason: 'delivery-limit', errorClass: 'WorkerCrashed', attempts: 3, step: null },
    });
    expect(dead.last.error).toMatch(/^worker crashed: /);
    expect(Math.abs(dead.last.at.getTime() - dead.stateAt.getTime())).toBeLessThan(60_000);
    expect(await job(open._id, ({ state }) => state === 'dead')).toMatchObject({
      deadReason: 'delivery-limit',
      finishedAt: expect.any(Date) as Date,
      failures: [{ errorClass: 'WorkerCrashed' }],
    });
    await eventually('its death in the metrics', async () => {
      const lines = await notZero(adminPort, 'dead_lettered_total');
      return lines.length > 0 || undefined;
    });
    expect(await notZero(adminPort, 'dead_lettered_total')).toEqual([
      'dead_lettered_total{queue="video",reason="delivery-limit"} 1',
    ]);
    expect(await notZero(adminPort, 'jobs_finished_total')).toEqual([
      'jobs_finished_total{state="dead"} 1',
    ]);
    await expectAcked();
  }, 30_000);
});

describe('a replay', () => {
  it('goes out with the count of replays, and keeps its history when it dies again', async () => {
    const dead = await deadJob({ traceId: 'ab'.repeat(16) });
    await start();
    const order = await replay([dead._id]);
    const message = await system.broker.take('video');
    expect(JSON.parse(message.content.toString())).toEqual(videoMessage(dead));
    expect(message.properties.messageId).toBe(dead._id);
    expect(ourHeaders(message)).toEqual({
      'job-id': dead._id,
      'trace-id': 'ab'.repeat(16),
      replay: 1,
      attempt: 0,
    });
    await job(dead._id, ({ publishedAt, state }) => publishedAt !== null && state === 'queued');
    expect(await letter(dead._id, ({ state }) => state === 'replayed')).toMatchObject({
      outcome: 'waiting',
      replays: 1,
      order: order.id,
    });
    await system.jobs.updateOne(
      { _id: dead._id },
      { $set: { state: 'dead', finishedAt: new Date() } },
    );
    await die(dead, 1);
    const again = await letter(dead._id, ({ state }) => state === 'open');
    expect(again).toMatchObject({ replays: 1, outcome: 'died-again' });
    expect(again.deaths.map((death) => death.replay)).toEqual([0, 1]);
    expect(await stores.audit.find({ letter: again._id }).sort({ at: 1 }).toArray()).toMatchObject([
      { kind: 'action', result: 'done', action: 'replay' },
      { kind: 'outcome', outcome: 'died-again', order: order.id },
    ]);
    await replay([dead._id]);
    expect((await system.broker.take('video')).properties.headers).toMatchObject({ replay: 2 });
    await system.jobs.updateOne(
      { _id: dead._id },
      { $set: { state: 'ready', finishedAt: new Date() } },
    );
    await letter(dead._id, ({ outcome }) => outcome === 'succeeded');
    expect(await letter(dead._id)).toMatchObject({ replays: 2, state: 'replayed' });
    await expectAcked();
  }, 30_000);

  it('of a mail announces anew how the job ended, and knows when the mail is out', async () => {
    const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
    const ended = { publishedAt: new Date(), finishedAt: new Date(0), announcedAt: new Date(0) };
    const ready = await system.accept(ann, { state: 'ready', mail: 'dead', mp3, ...ended });
    const messageId = `ready.${mp3.fid.toHexString()}`;
    const body = {
      video_fid: ready.source.fid.toHexString(),
      mp3_fid: mp3.fid.toHexString(),
      username: ann.address,
      job_id: ready._id,
    };
    const headers = deathHeaders('mp3', { 'job-id': ready._id, 'dead-step': 'send-mail' });
    await system.broker.publish('mp3.dead', body, { messageId, headers });
    await start({ LOST_AFTER_MS: '1000' });
    await replay([messageId]);
    const message = await system.broker.take('mp3');
    expect(JSON.parse(message.content.toString())).toEqual(body);
    expect(message.properties.messageId).toBe(messageId);
    expect(ourHeaders(message)).toEqual({ 'job-id': ready._id, replay: 1 });
    await job(ready._id, ({ mail }) => mail === 'pending');
    expect(await letter(messageId)).toMatchObject({ outcome: 'waiting', state: 'replayed' });
    await system.jobs.updateOne({ _id: ready._id }, { $set: { mail: 'sent' } });
    await letter(messageId, ({ outcome }) => outcome === 'succeeded');
    expect(await stores.audit.countDocuments({ kind: 'outcome', outcome: 'succeeded' })).toBe(1);
  }, 30_000);

  it('of news about no job goes back on its queue, and comes back with its history', async () => {
    const fid = new ObjectId().toHexString();
    const body = { mp3_fid: fid, username: 'tutorial@example.com' };
    await system.broker.publish('mp3.dead', body, { headers: deathHeaders('mp3') });
    await start();
    const filed = await eventually('its letter', async () => {
      return (await stores.letters.findOne()) ?? undefined;
    });
    await replay([filed.messageId]);
    const { content, properties } = await system.broker.take('mp3');
    expect(JSON.parse(content.toString())).toEqual(body);
    expect(properties).toMatchObject({ messageId: filed.messageId, headers: { replay: 1 } });
    await system.broker.publish('mp3.dead', content, {
      messageId: filed.messageId,
      headers: deathHeaders('mp3', { replay: 1 }),
    });
    const again = await letter(filed.messageId, ({ deaths }) => deaths.length === 2);
    expect(again).toMatchObject({ _id: filed._id, state: 'open', outcome: 'died-again' });
    await expectAcked();
  }, 30_000);

  it('given up tells the listener', async () => {
    const dead = await deadJob();
    const { adminPort } = await start({ LOST_AFTER_MS: '1000' });
    const { _id } = await letter(dead._id);
    // Its worker has counted how it died.
    expect(await notZero(adminPort, 'jobs_finished_total')).toEqual([]);
    const select = { ids: [_id] };
    await placeOrder(stores, { action: 'discard', reason: 'old', select }, 'op@example.com');
    const message = await system.broker.take('mp3.failed');
    expect(JSON.parse(message.content.toString())).toEqual({
      video_fid: dead.source.fid.toHexString(),
      username: ann.address,
      job_id: dead._id,
      reason: 'given-up',
    });
    await letter(dead._id, ({ state }) => state === 'discarded');
    await eventually('the discarded letter in the metrics', async () => {
      const lines = await notZero(adminPort, 'dead_letters_acted_total');
      return lines.length > 0 || undefined;
    });
    expect(await notZero(adminPort, 'jobs_finished_total')).toEqual([
      'jobs_finished_total{state="failed"} 1',
    ]);
    expect(await notZero(adminPort, 'refusals_total')).toEqual([
      'refusals_total{reason="given-up"} 1',
    ]);
    expect(await notZero(adminPort, 'dead_lettered_total')).toEqual([]);
  }, 30_000);
});

describe('a letter that the broker lost', () => {
  const ago = (ms: number) => new Date(Date.now() - ms);
  const failure = {
    attempt: 4,
    at: ago(60_000),
    worker: 'w',
    step: 'transcode',
    errorClass: 'StepTimeout',
    error: 'no end after 3600 s',
  } as const;
  const lost = (change: Partial<JobRecord> = {}) =>
    system.accept(ann, {
      state: 'dead',
      attempts: 4,
      failures: [failure],
      deadReason: 'attempts-exhausted',
      publishedAt: ago(90_000),
      finishedAt: ago(60_000),
      ...change,
    });
  const startLooking = () => start({ LOST_AFTER_MS: '500' });

  /** Until the relay has looked twice more: it finds the letter of this job. */
  async function moreLooks(): Promise<void> {
    for (let look = 0; look < 2; look += 1) {
      const { _id } = await lost();
      await letter(_id);
      await system.jobs.deleteOne({ _id });
      await stores.letters.deleteOne({ messageId: _id });
    }
  }

  it('is made from the record of its job, once, and can be replayed', async () => {
    const dead = await lost();
    const { adminPort } = await startLooking();
    const made = await letter(dead._id);
    expect(made).toMatchObject({
      queue: 'video',
      jobId: dead._id,
      address: ann.address,
      problem: null,
      state: 'open',
      last: {
        at: dead.finishedAt,
        reason: 'attempts-exhausted',
        step: 'transcode',
        errorClass: 'StepTimeout',
        error: failure.error,
        attempts: 4,
        replay: 0,
      },
    });
    // The message turns up all the same, and the letter is seen again and again.
    await die(dead);
    await moreLooks();
    expect(await letter(dead._id)).toEqual(made);
    expect(await notZero(adminPort, 'jobs_finished_total')).toEqual([]);
    await replay([dead._id]);
    const { content, properties } = await system.broker.take('video');
    expect(JSON.parse(content.toString())).toEqual(videoMessage(dead));
    expect(properties).toMatchObject({ messageId: dead._id, headers: { replay: 1 } });
  }, 60_000);

  it('is another one after a replay that died', async () => {
    const dead = await lost();
    const first = await startLooking();
    const { _id } = await letter(dead._id);
    await replay([dead._id]);
    await system.broker.take('video');
    await letter(dead._id, ({ state }) => state === 'replayed');
    await first.stop();
    const again = { failures: [{ ...failure, replay: 1 }], finishedAt: ago(10_000) };
    await system.jobs.updateOne({ _id: dead._id }, { $set: { state: 'dead', ...again } });
    await startLooking();
    const reopened = await letter(dead._id, ({ state }) => state === 'open');
    expect(reopened).toMatchObject({ _id, outcome: 'died-again', last: { replay: 1 } });
    expect(reopened.deaths).toHaveLength(2);
  }, 60_000);

  it.each(['ready', 'failed'] as const)(
    'about a mail of a job that is %s',
    async (state) => {
      const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
      const ended = {
        state,
        failures: [],
        deadReason: null,
        mail: 'dead',
        announcedAt: ago(60_000),
      };
      const dead = await lost({
        ...(ended as Partial<JobRecord>),
        ...(state === 'ready' ? { mp3 } : { refusal: { reason: 'no-audio', detail: '' } }),
      });
      const about = state === 'ready' ? `ready.${mp3.fid.toHexString()}` : `failed.${dead._id}`;
      await stores.mails.insertOne({
        _id: `<${about}@example.com>`,
        to: ann.address,
        state: 'dead',
        claim: null,
        attempts: 1,
        sentAt: null,
        failures: [
          {
            ...failure,
            attempt: 1,
            replay: 0,
            errorClass: 'MailRefused',
            error: '550 no',
            log: [],
          },
        ],
      });
      // What is to be told is not said twice: its mail may be under way.
      const other = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
      await lost({ ...(ended as Partial<JobRecord>), state: 'ready', mp3: other });
      const pending = { to: ann.address, claim: null, attempts: 1, sentAt: null } as const;
      const underWay = `<ready.${other.fid.toHexString()}@example.com>`;
      await stores.mails.insertOne({ _id: underWay, state: 'pending', ...pending });
      await startLooking();
      expect(await letter(about)).toMatchObject({
        workQueue: state === 'ready' ? 'mp3' : 'failed',
        jobId: dead._id,
        problem: null,
        state: 'open',
        last: { reason: 'mail-refused', step: 'send-mail', error: '550 no', at: failure.at },
      });
      await moreLooks();
      expect(await stores.letters.countDocuments()).toBe(1);
      await replay([about]);
      expect(
        (await system.broker.take(state === 'ready' ? 'mp3' : 'mp3.failed')).properties,
      ).toEqual(expect.objectContaining({ messageId: about }));
    },
    60_000,
  );

  it.each(['parked', 'discarded', 'replayed'] as const)(
    'is not one that is %s, nor that of a job that died just now',
    async (state) => {
      const dead = await lost();
      const first = await startLooking();
      const { _id } = await letter(dead._id);
      await first.stop();
      const outcome = state === 'replayed' ? 'succeeded' : null;
      await stores.letters.updateOne({ _id }, { $set: { state, outcome } });
      const before = await letter(dead._id);
      await startLooking();
      const young = await lost({ finishedAt: new Date(Date.now() + 600_000) });
      await moreLooks();
      expect(await stores.letters.find().toArray()).toEqual([before]);
      await system.jobs.deleteOne({ _id: young._id });
    },
    60_000,
  );
});
