import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import { MongoClient, ObjectId, type Collection } from 'mongodb';
import { openTestBroker, type TestBroker } from '../local/test-broker';
import { testMongoUrl, uniqueName } from '../local/test-stack';
import { ConfirmedPublisher } from './broker/confirmed-publisher';
import { newJob, type JobOwner, type JobRecord } from './job';
import { ensureJobIndexes, jobCollection } from './job-collection';
import { held, Outbox } from './outbox';
import { buildTopology } from './topology';

const ann = { id: '7', address: 'ann@example.com' };
const later = new Date('2100-01-01');
let broker: TestBroker;
let connection: AmqpConnectionManager;
let publisher: ConfirmedPublisher;
let client: MongoClient;
let jobs: Collection<JobRecord>;
let outbox: Outbox;

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);

beforeAll(async () => {
  broker = await openTestBroker();
  await broker.channel.assertQueue('video', { arguments: { 'x-queue-type': 'quorum' } });
  connection = connect([broker.vhost.url]);
  publisher = new ConfirmedPublisher(connection, 15_000);
  client = await MongoClient.connect(await testMongoUrl());
  const database = client.db(uniqueName('jobs'));
  await ensureJobIndexes(database);
  jobs = jobCollection(database);
  outbox = new Outbox(jobs, publisher, topology, 2);
}, 60_000);

afterEach(async () => {
  await jobs.deleteMany({});
  await broker.takeAll('video');
});

afterAll(async () => {
  await client.db(jobs.dbName).dropDatabase();
  await client.close();
  await connection.close();
  await broker.close();
});

/** A job accepted at the given second of a long gone minute. */
async function accepted(second: number, owner: JobOwner = ann): Promise<JobRecord> {
  const source = { fid: new ObjectId(), name: 'a.mp4', bytes: 1 };
  const job = newJob(source.fid.toHexString(), owner, source, new Date(second * 1_000));
  await jobs.insertOne(job);
  return job;
}

const queued = async (): Promise<unknown[]> =>
  (await broker.takeAll('video')).map(({ properties }) => properties.messageId as unknown);

const heldIds = async (): Promise<string[]> =>
  (await jobs.find({ publishedAt: null }).sort({ createdAt: 1 }).toArray()).map(({ _id }) => _id);

it('publishes an owner’s oldest open jobs, and marks them', async () => {
  const third = await accepted(3);
  const first = await accepted(1);
  const second = await accepted(2);
  expect(await outbox.publishIfDue(third)).toBe(false);
  expect(await outbox.publishIfDue(first)).toBe(true);
  expect(await outbox.publishIfDue(second)).toBe(true);
  expect(await queued()).toEqual([first._id, second._id]);
  expect(await heldIds()).toEqual([third._id]);
});

it('counts jobs of one second in the order of their ids', async () => {
  const both = [await accepted(1), await accepted(1), await accepted(1)];
  for (const job of both) await outbox.publishIfDue(job);
  expect(await queued()).toEqual(both.slice(0, 2).map(({ _id }) => _id));
});

it('releases the next one once an older one has ended, and nothing twice', async () => {
  const [first, second, third, fourth] = [
    await accepted(1),
    await accepted(2),
    await accepted(3),
    await accepted(4),
  ];
  expect(await outbox.release(ann, later)).toBe(2);
  expect(await outbox.release(ann, later)).toBe(0);
  await jobs.updateOne({ _id: second._id }, { $set: { state: 'ready', finishedAt: new Date() } });
  expect(await outbox.release(ann, later)).toBe(1);
  expect(await queued()).toEqual([first._id, second._id, third._id]);
  expect(await heldIds()).toEqual([fourth._id]);
});

it('leaves jobs that are being accepted to whoever accepts them', async () => {
  await accepted(1);
  expect(await outbox.release(ann, new Date(1_000))).toBe(0);
  expect(await outbox.release(ann, new Date(1_001))).toBe(1);
});

it.each([
  ['another user', { id: '8', address: ann.address }],
  ['a user without id', { id: null, address: ann.address }],
])('has a count of its own for %s', async (_, other) => {
  await accepted(1);
  await accepted(2);
  const theirs = await accepted(3, other);
  expect(await outbox.publishIfDue(theirs)).toBe(true);
});

it('knows users without an id by their address', async () => {
  const bob = { id: null, address: 'bob@example.com' };
  await accepted(1, bob);
  await accepted(2, bob);
  expect(await outbox.publishIfDue(await accepted(3, bob))).toBe(false);
  const eve = await accepted(3, { id: null, address: 'eve@example.com' });
  expect(await outbox.publishIfDue(eve)).toBe(true);
});

it('says on the message how often the job was put back, and its trace', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const plain = await accepted(1);
  const job = { ...(await accepted(2)), traceId, replays: 3, replayedAt: new Date() };
  await jobs.replaceOne({ _id: job._id }, job);
  await outbox.publishIfDue(plain);
  await outbox.releaseReplays(1);
  const headers = (await broker.takeAll('video')).map(({ properties }) => properties.headers);
  expect(headers).toEqual([
    { 'job-id': plain._id, attempt: 0, 'x-delivery-count': 0 },
    {
      'job-id': job._id,
      attempt: 0,
      replay: 3,
      'trace-id': traceId,
      'x-delivery-count': 0,
    },
  ]);
});

describe('jobs that an operator put back', () => {
  /** Put back at the given second of a long gone minute. */
  async function putBack(second: number, owner = ann): Promise<JobRecord> {
    const change = { replays: 1, replayedAt: new Date(second * 1_000) };
    const job = await accepted(60 - second, owner);
    await jobs.updateOne({ _id: job._id }, { $set: change });
    return { ...job, ...change };
  }

  it('go out in the order in which they were put back, a few at a time, whoever owns them', async () => {
    const third = await putBack(3);
    const first = await putBack(1, { id: '8', address: 'bob@example.com' });
    const second = await putBack(2);
    const fourth = await putBack(4);
    expect(await outbox.releaseReplays(2)).toBe(2);
    expect(await outbox.releaseReplays(2)).toBe(0);
    expect((await queued()).sort()).toEqual([first._id, second._id].sort());
    await jobs.updateOne({ _id: second._id }, { $set: { state: 'dead', finishedAt: new Date() } });
    expect(await outbox.releaseReplays(2)).toBe(1);
    expect(await queued()).toEqual([third._id]);
    expect(await heldIds()).toEqual([fourth._id]);
  });

  it('keep no fresh upload waiting, and go out by no other way', async () => {
    for (const second of [1, 2, 3]) await putBack(second);
    expect(await jobs.countDocuments(held)).toBe(0);
    expect(await outbox.release(ann, later)).toBe(0);
    const fresh = [await accepted(61), await accepted(62)];
    expect(await outbox.publishIfDue(fresh[0] ?? (await accepted(63)))).toBe(true);
    expect(await outbox.release(ann, later)).toBe(1);
    expect(await queued()).toEqual(fresh.map(({ _id }) => _id));
  });

  it('are not marked as published by a message from before they were put back', async () => {
    const job = await putBack(1);
    let publishing = 0;
    const slow = new Outbox(
      jobs,
      {
        async publish(message) {
          publishing += 1;
          await publisher.publish(message);
          await jobs.updateOne({ _id: job._id }, { $set: { replays: 2 } });
        },
      },
      topology,
      2,
    );
    expect(await slow.releaseReplays(1)).toBe(1);
    expect(publishing).toBe(1);
    expect(await heldIds()).toEqual([job._id]);
  });

  it('of version 0.1, which do not say that they were not put back, are fresh', async () => {
    const job = await accepted(1);
    const { replays: _replays, replayedAt: _replayedAt, traceId: _traceId, ...old } = job;
    await jobs.replaceOne({ _id: job._id }, old);
    expect(await jobs.countDocuments(held)).toBe(1);
    expect(await outbox.releaseReplays(8)).toBe(0);
    expect(await outbox.release(ann, later)).toBe(1);
    expect(await heldIds()).toEqual([]);
  });
});

it('keeps a user’s count when the address changes', async () => {
  await accepted(1, { id: '7', address: 'old@example.com' });
  await accepted(2, { id: '7', address: 'old@example.com' });
  expect(await outbox.publishIfDue(await accepted(3))).toBe(false);
});

it('holds a job that the broker did not take', async () => {
  const nowhere = buildTopology({ video: 'no-such-queue', mp3: 'mp3' }, [100]);
  const failing = new Outbox(jobs, publisher, nowhere, 2);
  const job = await accepted(1);
  await expect(failing.publishIfDue(job)).rejects.toThrow('no such queue');
  expect(await heldIds()).toEqual([job._id]);
  expect(await outbox.release(ann, later)).toBe(1);
  expect(await queued()).toEqual([job._id]);
});
