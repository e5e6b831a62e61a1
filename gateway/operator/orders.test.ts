import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import type { OrderRequest } from '../../dead-letters/order';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { seedJobsOf, seedLetters } from '../../dead-letters/test-letters';
import type { OrderView, Preview } from '../../dead-letters/views';
import { createVhost, type TestVhost, testMongoUrl } from '../../local/test-stack';
import { startTestGateway, type TestGateway, whenReady } from '../test-gateway';
import { ask } from '../test-requests';
import { expectAsDocumented, operatorAddress, TestOperator } from './test-operator';

let vhost: TestVhost;
let gateway: TestGateway;
let stores: DeadLetterStores;
let operator: TestOperator;
let letters: DeadLetterRecord[];

const previewPath = '/operator/dead-letters/preview';
const ordersPath = '/operator/dead-letters/orders';

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { IDLE_TIMEOUT_MS: '500' },
  );
  await whenReady(gateway);
  stores = openStores(gateway.stores.client.db(gateway.stores.jobs.dbName));
  operator = new TestOperator(gateway);
}, 60_000);

beforeEach(async () => {
  const { letters: lettersOnFile, jobs, orders } = stores;
  for (const collection of [lettersOnFile, jobs, orders]) await collection.deleteMany({});
  letters = await seedLetters(stores, 6, { workQueue: 'video' });
  await seedJobsOf(stores, letters);
});

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const idOf = (index: number) => letters[index]?._id ?? '';
const all: OrderRequest = { action: 'discard', select: { filter: {} }, reason: 'a test' };
const unknownId = '0123456789abcdef';

describe('preview', () => {
  test('says what would be done and moves nothing', async () => {
    const before = await stores.letters.find({}).toArray();
    const preview = await operator.json<Preview>(200, 'POST', previewPath, {
      action: 'replay',
      select: { filter: {} },
      reason: 'a test',
      limit: 4,
    });
    expect(preview).toMatchObject({ matched: 4, plans: { 'reopen-job': 4, refused: 0 } });
    expect(await stores.letters.find({}).toArray()).toEqual(before);
    expect(await stores.orders.countDocuments()).toBe(0);
  });

  test.each([[{}], [{ reason: '' }], [{ reason: '  ' }]])(
    'needs no reason yet: %p',
    async (reason) => {
      const body = { action: 'park', select: { ids: [idOf(0)] }, ...reason };
      expect(await operator.json<Preview>(200, 'POST', previewPath, body)).toMatchObject({
        matched: 1,
      });
    },
  );

  test('shows what an expression changes', async () => {
    const preview = await operator.json<Preview>(200, 'POST', previewPath, {
      action: 'replay',
      select: { filter: {} },
      edit: { expression: '{ "username": "new." & username }' },
    });
    expect(preview.changed).toBe(6);
    expect(preview.differences[0]?.changes).toMatchObject([
      { path: ['username'], before: expect.any(String) as string },
    ]);
  });

  test('an expression that cannot be read: 400 with what is wrong', async () => {
    const answer = await operator.call('POST', previewPath, {
      action: 'replay',
      select: { filter: {} },
      edit: { expression: '{ "username": ' },
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^edit: .*cannot be read/);
  });
});

describe('an order', () => {
  test('is placed by the bearer of the token, listed, shown and stopped', async () => {
    const answer = await operator.call('POST', ordersPath, all);
    expect(answer.status).toBe(202);
    const order = JSON.parse(answer.text) as OrderView;
    expect(order).toMatchObject({
      actor: operatorAddress,
      action: 'discard',
      reason: 'a test',
      total: 6,
      state: 'running',
    });
    expect(answer.headers.location).toBe(`${ordersPath}/${order.id}`);
    expect(await stores.orders.findOne({ _id: order.id })).toMatchObject({
      actor: operatorAddress,
      total: 6,
    });
    expect(await operator.json(200, 'GET', ordersPath)).toEqual({ orders: [order] });
    expect(await operator.json(200, 'GET', `${ordersPath}/${order.id}`)).toEqual(order);
    const stopped = await operator.json(200, 'POST', `${ordersPath}/${order.id}/stop`);
    expect(stopped).toMatchObject({ id: order.id, state: 'stopped' });
  });

  test('of letters of which some cannot be acted on: 409 that names them, and no order', async () => {
    const body = { ...all, select: { ids: [idOf(0), unknownId] } };
    const text = await operator.call('POST', ordersPath, body);
    expect(text).toMatchObject({
      status: 409,
      text: `nothing was done: ${unknownId}: no such dead letter`,
    });
    const problem = await operator.call('POST', ordersPath, body, { accept: 'application/json' });
    expect(JSON.parse(problem.text)).toMatchObject({
      type: 'urn:problem:letters-refused',
      total: 1,
      refused: [{ id: unknownId, problem: 'no such dead letter' }],
    });
    expect(await stores.orders.countDocuments()).toBe(0);
    const skipping = { ...body, skip_refused: true };
    expect(await operator.json(202, 'POST', ordersPath, skipping)).toMatchObject({ total: 1 });
  });

  test('of nothing: 409', async () => {
    const select = { filter: { user: 'nobody@example.com' } };
    expect(await operator.call('POST', ordersPath, { ...all, select })).toMatchObject({
      status: 409,
      text: 'nothing was done: no dead letter matches',
    });
  });

  test.each(['0123456789abcdef01234567', 'nothing'])('%s: 404', async (id) => {
    expect(await operator.call('GET', `${ordersPath}/${id}`)).toMatchObject({ status: 404 });
    expect(await operator.call('POST', `${ordersPath}/${id}/stop`)).toMatchObject({ status: 404 });
  });
});

describe.each([previewPath, ordersPath])('the body of POST %s', (path) => {
  const bodies: [string, unknown, string][] = [
    ['another action', { ...all, action: 'retry' }, 'action: expected one of replay, discard, '],
    ['no selection', { action: 'park', reason: 'x' }, 'select: expected '],
    [
      'a misspelt filter',
      { ...all, select: { filter: { que: 'mp3' } } },
      'select.filter.que: expected nothing here',
    ],
    [
      'a filter that cannot be',
      { ...all, select: { filter: { queue: 'mp4' } } },
      'select.filter.queue: expected one of video, mp3, failed',
    ],
    [
      'what is no id',
      { ...all, select: { ids: ['nothing'] } },
      'select.ids.0: expected 16 hexadecimal digits',
    ],
    ['a misspelt field', { ...all, skip_refusd: true }, 'skip_refusd: expected nothing here'],
    ['a rate of nothing', { ...all, rate_per_s: 0 }, 'rate_per_s: expected number to be >0'],
    [
      'an edit of what is not replayed',
      { ...all, edit: { expression: '{}' } },
      'edit: expected with the action "replay" only',
    ],
    [
      'a whole message for many',
      { ...all, action: 'replay', edit: { message: {} } },
      'edit: expected an expression',
    ],
    ['a list', [all], 'the body: expected object'],
  ];

  test.each(bodies)('%s: 400', async (_what, body, text) => {
    const answer = await operator.call('POST', path, JSON.stringify(body));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(text);
    expect(await stores.orders.countDocuments()).toBe(0);
  });

  test('that is no JSON: 400', async () => {
    for (const body of ['{"action":', 'replay', '"replay"']) {
      const answer = await operator.call('POST', path, body);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^the body is not JSON: /);
    }
  });

  test('that is empty: 400', async () => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await operator.call('POST', path, undefined, headers);
      expect(answer.status).toBe(400);
    }
  });

  test('of any declared type, as curl sends it', async () => {
    const answer = await operator.call('POST', path, JSON.stringify(all), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBe(path === previewPath ? 200 : 202);
  });

  test('beyond 1 MB: 413, whether it says so or not', async () => {
    const body = JSON.stringify({ ...all, reason: 'x'.repeat(1024 ** 2) });
    for (const sent of [
      body,
      (sending: { end(text: string): void; flushHeaders(): void }) => {
        sending.flushHeaders();
        sending.end(body);
      },
    ]) {
      const answer = await operator.call('POST', path, sent);
      expect(answer).toMatchObject({ status: 413, text: 'body too large (limit 1048576 bytes)' });
    }
  });

  test('that stands still: 408', async () => {
    const answer = await operator.call('POST', path, (sending) => {
      sending.write('{');
    });
    expect(answer).toMatchObject({ status: 408, text: 'body stood still for 500 ms' });
  });

  test('is not read before the bearer is known', async () => {
    const answer = await ask(gateway.url + path, {
      method: 'POST',
      body: (sending) => {
        sending.write('{');
        sending.on('response', () => sending.end());
      },
    });
    expectAsDocumented('POST', path, answer);
    expect(answer).toMatchObject({ status: 401, text: 'missing credentials' });
  });
});
