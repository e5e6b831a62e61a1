import { seedJobsOf, seedLetters } from '../../dead-letters/test-letters';
import type { DeadLetterStores } from '../../dead-letters/stores';
import { openStores } from '../../dead-letters/stores';
import { createVhost, type TestVhost, testMongoUrl } from '../../local/test-stack';
import { startTestGateway, type TestGateway, whenReady } from '../test-gateway';
import { ask } from '../test-requests';
import { documentedCalls, expectAsDocumented, openApi, TestOperator } from './test-operator';

/** Stands in every text of every letter; none of it may reach who is no operator. */
const canary = 'canary7f3a';

let vhost: TestVhost;
let gateway: TestGateway;
let stores: DeadLetterStores;
let letter: string;
let order: string;

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
  stores = openStores(gateway.stores.client.db(gateway.stores.jobs.dbName));
  const letters = await seedLetters(stores, 3, (index) => ({
    workQueue: 'video',
    address: `${canary}@example.com`,
    headers: JSON.stringify({ canary }),
    deaths: [
      {
        replay: 0,
        at: new Date(),
        reason: 'unknown-error',
        step: 'transcode',
        errorClass: canary,
        error: `${canary} ${index}`,
        attempts: 1,
      },
    ],
  }));
  await seedJobsOf(stores, letters);
  letter = letters[0]?._id ?? '';
  const placed = await new TestOperator(gateway).json<{ id: string }>(
    202,
    'POST',
    '/operator/dead-letters/orders',
    { action: 'park', select: { ids: [letter] }, reason: canary },
  );
  order = placed.id;
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

/** A call that would be answered with data, or do something, if its bearer were an operator. */
function asked({ method, path }: (typeof documentedCalls)[number]) {
  const filled = path.replace('{id}', path.includes('/orders/') ? order : letter);
  const query = path.endsWith('/import') ? `?reason=${canary}` : '';
  const body = { action: 'discard', select: { filter: {} }, reason: 'because' };
  return {
    url: filled + query,
    asking: { method, ...(method === 'POST' && { body: JSON.stringify(body) }) },
  };
}

const traces = ({ text, headers }: Awaited<ReturnType<typeof ask>>) =>
  [canary, letter, order].filter((trace) => (JSON.stringify(headers) + text).includes(trace));

async function everything() {
  const { letters, orders, audit, jobs } = stores;
  return Promise.all([letters, orders, audit, jobs].map((one) => one.find({}).toArray()));
}

describe.each(documentedCalls)('$method $path', (call) => {
  const { method } = call;
  const refusals: [string, number, string, () => Record<string, string>][] = [
    ['no token', 401, 'missing credentials', () => ({})],
    ['Basic', 401, 'missing credentials', () => ({ authorization: 'Basic YTpi' })],
    ['an unknown token', 403, 'not authorized', () => ({ authorization: 'Bearer un.kno.wn' })],
    [
      'a user without the claim',
      403,
      'not authorized',
      () => bearer({ username: `ann@example.com`, operator: false }),
    ],
    [
      'a token that has no such claim',
      403,
      'not authorized',
      () => bearer({ username: 'ann@e.x' }),
    ],
    [
      'an operator who may not use the service',
      401,
      'not authorized',
      () => bearer({ username: 'olga@example.com', operator: true, admin: false }),
    ],
  ];
  const bearer = (user: Parameters<TestGateway['auth']['tokenOf']>[0]) => ({
    authorization: `Bearer ${gateway.auth.tokenOf({ sub: '9', ...user })}`,
  });

  test.each(refusals)('%s: %d %s, and nothing of the data', async (_who, status, text, headers) => {
    const { url, asking } = asked(call);
    const before = await everything();
    const plain = await ask(gateway.url + url, { ...asking, headers: headers() });
    expect(plain).toMatchObject({ status, text });
    const problem = await ask(gateway.url + url, {
      ...asking,
      headers: { ...headers(), accept: 'application/json' },
    });
    expect(problem.status).toBe(status);
    for (const answer of [plain, problem]) {
      expectAsDocumented(method, url, answer);
      expect(traces(answer)).toEqual([]);
    }
    expect(await everything()).toEqual(before);
  });

  if (method === 'GET') {
    test('HEAD without a token: 401', async () => {
      const { url } = asked(call);
      const answer = await ask(gateway.url + url, { method: 'HEAD' });
      expect(answer.status).toBe(401);
    });
  }

  test('another method: 405 that names this one', async () => {
    const answer = await ask(gateway.url + asked(call).url, { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 405, text: 'method not allowed' });
    expect(answer.headers.allow).toContain(method);
    expect(traces(answer)).toEqual([]);
  });
});

test('the canary is found where an operator asks: the table above can fail', async () => {
  const operator = new TestOperator(gateway);
  const found: string[] = [];
  for (const call of documentedCalls.filter(({ method }) => method === 'GET')) {
    const answer = await operator.call('GET', asked(call).url);
    if (answer.status === 200 && traces(answer).length > 0) found.push(call.path);
  }
  const readable = documentedCalls.filter(({ method }) => method === 'GET').map(({ path }) => path);
  // The order is still to be carried out, so it has left no line in the audit.
  const silent = ['/operator/dead-letters/audit'];
  expect(found).toEqual(readable.filter((path) => !silent.includes(path)));
});

describe('GET /openapi.json', () => {
  test('describes the calls to everybody', async () => {
    const answer = await ask(`${gateway.url}/openapi.json`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.text)).toEqual(JSON.parse(JSON.stringify(openApi)));
    expect(traces(answer)).toEqual([]);
  });

  test('every reference in it leads somewhere', () => {
    const text = JSON.stringify(openApi);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(10);
    for (const reference of new Set(references)) {
      let place: unknown = openApi;
      for (const key of reference.split('/')) place = Reflect.get(Object(place), key);
      expect([reference, typeof place]).toEqual([reference, 'object']);
    }
  });

  test('every operation has a name of its own, a summary and the door', () => {
    const items = Object.values(openApi.paths ?? {}) as Record<string, object>[];
    const operations = items.flatMap((item) => Object.values(item));
    const ids = operations.map((operation) => Reflect.get(operation, 'operationId') as string);
    expect(new Set(ids).size).toBe(documentedCalls.length);
    for (const operation of operations) {
      expect(operation).toMatchObject({ summary: expect.stringMatching(/.{10}/) as string });
      expect(Object.keys((operation as { responses: object }).responses)).toEqual(
        expect.arrayContaining(['401', '403', '503']),
      );
    }
    expect(openApi.security).toEqual([{ token: [] }]);
  });
});
