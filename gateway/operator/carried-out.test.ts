import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import type { OrderRequest } from '../../dead-letters/order';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { seedJobsOf, seedLetters } from '../../dead-letters/test-letters';
import type { AuditLine, AuditPage, LetterPage, OrderView } from '../../dead-letters/views';
import { RelaySystem } from '../../pipeline/relay/test-relay';
import { testMongoUrl } from '../../local/test-stack';
import { startTestGateway, type TestGateway, until, whenReady } from '../test-gateway';
import { operatorAddress, TestOperator } from './test-operator';

/** Orders of an operator with a real relay to carry them out. */

let system: RelaySystem;
let gateway: TestGateway;
let stores: DeadLetterStores;
let operator: TestOperator;
let letters: DeadLetterRecord[];

beforeAll(async () => {
  system = await RelaySystem.open();
  gateway = await startTestGateway({
    mongoUrl: await testMongoUrl(),
    rabbitmqUrl: system.broker.vhost.url,
  });
  await whenReady(gateway);
  const { jobs, videos, mp3s, client } = gateway.stores;
  stores = openStores(client.db(jobs.dbName));
  operator = new TestOperator(gateway);
  await system.start({
    JOBS_DATABASE: jobs.dbName,
    VIDEOS_DATABASE: videos.databaseName,
    MP3S_DATABASE: mp3s.databaseName,
    // No worker takes these up; a relay that sent them again would count as a second effect.
    LOST_AFTER_MS: '600000',
  });
}, 60_000);

beforeEach(async () => {
  for (const name of ['letters', 'jobs', 'orders', 'audit'] as const) {
    await stores[name].deleteMany({});
  }
  await system.takeIds();
  letters = await seedLetters(stores, 5, { workQueue: 'video' });
  await seedJobsOf(stores, letters);
});

afterAll(async () => {
  await system.stopRelays();
  await gateway.close();
  await system.close();
});

const idOf = (index: number) => letters[index]?._id ?? '';
const jobOf = (index: number) => letters[index]?.jobId ?? '';

/** Places an order and waits until the relay is through with it. */
async function order(wanted: Omit<OrderRequest, 'reason'>): Promise<OrderView> {
  const body = { ...wanted, reason: 'the disk has room again' };
  const placed = await operator.json<OrderView>(202, 'POST', '/operator/dead-letters/orders', body);
  let shown = placed;
  await until('the order is carried out', async () => {
    const path = `/operator/dead-letters/orders/${placed.id}`;
    shown = await operator.json<OrderView>(200, 'GET', path);
    return shown.state === 'finished';
  });
  return shown;
}

async function auditOf(query: string): Promise<AuditLine[]> {
  const path = `/operator/dead-letters/audit?${query}`;
  return (await operator.json<AuditPage>(200, 'GET', path)).entries;
}

async function listed(state: string): Promise<string[]> {
  const path = `/operator/dead-letters?state=${state}`;
  const page = await operator.json<LetterPage>(200, 'GET', path);
  return page.dead_letters.map(({ id }) => id);
}

/** Message ids in the queue of videos, once there are this many. */
async function published(count: number): Promise<string[]> {
  const ids: string[] = [];
  await until(`${count} videos are published`, async () => {
    ids.push(...((await system.takeIds())['video'] ?? []));
    return ids.length >= count;
  });
  return ids.sort();
}

test('a replay puts the job back, and the audit says how it ended', async () => {
  const done = await order({ action: 'replay', select: { ids: [idOf(0), idOf(1)] } });
  expect(done).toMatchObject({ total: 2, done: 2, refused: 0, outcomes: { waiting: 2 } });
  expect(await listed('replayed')).toEqual([idOf(1), idOf(0)]);
  expect(await listed('open')).toHaveLength(3);
  expect(await published(2)).toEqual([jobOf(0), jobOf(1)].sort());
  // What a worker comes to.
  await stores.jobs.updateOne({ _id: jobOf(0) }, { $set: { state: 'ready' } });
  await until('the outcome is known', async () => {
    const [line] = await auditOf(`letter=${idOf(0)}`);
    return line?.outcome === 'succeeded';
  });
  const [line] = await auditOf(`job=${jobOf(0)}`);
  expect(line).toMatchObject({
    actor: operatorAddress,
    action: 'replay',
    reason: 'the disk has room again',
    result: 'done',
    order: done.id,
    outcome_at: expect.any(String) as string,
  });
  expect(await auditOf(`letter=${idOf(1)}`)).toMatchObject([{ outcome: 'waiting' }]);
});

test('an edit and replay changes the job and notes the difference', async () => {
  await order({
    action: 'replay',
    select: { ids: [idOf(2)] },
    edit: { expression: '{ "username": "right@example.com" }' },
  });
  expect(await stores.jobs.findOne({ _id: jobOf(2) })).toMatchObject({
    state: 'queued',
    owner: { address: 'right@example.com' },
    replays: 1,
  });
  expect(await auditOf(`letter=${idOf(2)}`)).toMatchObject([
    {
      difference: [{ path: ['username'], before: letters[2]?.address, after: 'right@example.com' }],
    },
  ]);
});

test('a discard ends the job as failed', async () => {
  const done = await order({ action: 'discard', select: { filter: {} }, limit: 3 });
  expect(done).toMatchObject({ total: 3, done: 3, limit: 3 });
  expect(await listed('discarded')).toEqual([idOf(2), idOf(1), idOf(0)]);
  const jobs = await stores.jobs.find({ state: 'failed' }).toArray();
  expect(jobs.map(({ _id }) => _id).sort()).toEqual([jobOf(0), jobOf(1), jobOf(2)].sort());
});

test('what is parked is out of the way until it is unparked', async () => {
  await order({ action: 'park', select: { ids: [idOf(3)] } });
  expect(await listed('parked')).toEqual([idOf(3)]);
  expect(await listed('open')).toHaveLength(4);
  await order({ action: 'unpark', select: { filter: { state: 'parked' } } });
  expect(await listed('parked')).toEqual([]);
  expect(await listed('open')).toHaveLength(5);
  const actions = (await auditOf(`letter=${idOf(3)}`)).map(({ action }) => action);
  expect(actions).toEqual(['unpark', 'park']);
});

test('a slow order that is stopped leaves the rest as it was', async () => {
  const body = { action: 'park', select: { filter: {} }, reason: 'x', rate_per_s: 0.01 };
  const path = '/operator/dead-letters/orders';
  const placed = await operator.json<OrderView>(202, 'POST', path, body);
  await until('the first is parked', async () => (await listed('parked')).length === 1);
  const stopped = await operator.json<OrderView>(200, 'POST', `${path}/${placed.id}/stop`);
  expect(stopped).toMatchObject({ state: 'stopped', total: 5, done: 1 });
  expect(await listed('open')).toHaveLength(4);
});
