import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { startTestGateway, type TestGateway, whenReady } from './test-gateway';
import { ask, filePart, formBody, formType } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const protectedCalls: [string, string][] = [
  ['POST', '/upload'],
  ['GET', '/download?fid=0123456789abcdef01234567'],
  ['GET', '/download'],
  ['GET', '/jobs'],
  ['GET', '/jobs/0123456789abcdef01234567'],
  ['GET', '/jobs/0123456789abcdef01234567/mp3'],
];

describe.each(protectedCalls)('%s %s', (method, path) => {
  const call = (headers: Record<string, string>) =>
    ask(gateway.url + path, {
      method,
      headers: method === 'POST' ? { ...formType, ...headers } : headers,
      ...(method === 'POST' && { body: formBody([filePart('a.mp4', 'bytes')]) }),
    });

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a token without a scheme', { authorization: 'abc.def.ghi' }],
    ['a scheme without a token', { authorization: 'Bearer' }],
    ['a scheme and a space', { authorization: 'Bearer ' }],
  ])('%s: 401 missing credentials', async (_case, headers: Record<string, string>) => {
    const before = gateway.auth.calls.length;
    const answer = await call(headers);
    expect(answer).toMatchObject({ status: 401, text: 'missing credentials' });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="video-to-mp3"');
    expect(gateway.auth.calls).toHaveLength(before);
  });

  test('a token that auth refuses: 403 not authorized', async () => {
    const answer = await call({ authorization: 'Bearer un.kno.wn' });
    expect(answer).toMatchObject({ status: 403, text: 'not authorized' });
  });

  test('what is no token by its form: 403, and auth is not asked', async () => {
    const before = gateway.auth.calls.length;
    const answer = await call({ authorization: 'Bearer one two' });
    expect(answer).toMatchObject({ status: 403, text: 'not authorized' });
    expect(gateway.auth.calls).toHaveLength(before);
  });

  test('a token without the claim admin: 401 not authorized', async () => {
    const token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com', admin: false });
    const answer = await call({ authorization: `Bearer ${token}` });
    expect(answer).toMatchObject({ status: 401, text: 'not authorized' });
  });

  test('the scheme in any case', async () => {
    const token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
    const answer = await call({ authorization: `bEARER  ${token}` });
    expect([200, 400, 404]).toContain(answer.status);
  });
});

describe('POST /login', () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
  const login = (headers: Record<string, string>) =>
    ask(`${gateway.url}/login`, { method: 'POST', headers });

  test('passes the credentials on and answers with the token as text', async () => {
    gateway.auth.setPassword('ann@example.com', 'secret');
    const answer = await login({ authorization: basic('ann@example.com:secret') });
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^stand-in\.\S+$/);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  test('wrong password: 401 invalid credentials', async () => {
    const answer = await login({ authorization: basic('ann@example.com:wrong') });
    expect(answer).toMatchObject({ status: 401, text: 'invalid credentials' });
    expect(answer.headers['www-authenticate']).toBe('Basic realm="video-to-mp3"');
  });

  test('a JSON client gets no challenge, for its browser would ask by itself', async () => {
    const answer = await login({
      authorization: basic('ann@example.com:wrong'),
      accept: 'application/json',
    });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'urn:problem:invalid-credentials',
      status: 401,
    });
  });

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Bearer abc' }],
  ])('%s: 401 missing credentials', async (_case, headers: Record<string, string>) => {
    const answer = await login(headers);
    expect(answer).toMatchObject({ status: 401, text: 'missing credentials' });
  });

  test('answers of auth that are not ours to know are passed on', async () => {
    gateway.auth.failWith = 429;
    try {
      const answer = await login({ authorization: basic('ann@example.com:secret') });
      expect(answer).toMatchObject({ status: 429, text: 'failing' });
    } finally {
      gateway.auth.failWith = undefined;
    }
  });
});

describe('every other request', () => {
  test.each([
    ['GET', '/nothing', 404, 'not found'],
    ['GET', '/nowhere', 404, 'not found'],
    ['POST', '/jobs/a/b/c', 404, 'not found'],
    ['GET', '/jobs/%ff', 400, 'bad request'],
  ])('%s %s: %d %s', async (method, path, status, text) => {
    expect(await ask(gateway.url + path, { method })).toMatchObject({ status, text });
  });

  test.each([
    ['GET', '/login', 'POST'],
    ['GET', '/upload', 'POST'],
    ['PUT', '/upload', 'POST'],
    ['POST', '/download', 'GET, HEAD'],
    ['DELETE', '/jobs/abc', 'GET, HEAD'],
  ])('%s %s: 405 with Allow: %s', async (method, path, allow) => {
    const answer = await ask(gateway.url + path, { method });
    expect(answer).toMatchObject({ status: 405, text: 'method not allowed' });
    expect(answer.headers.allow).toBe(allow);
  });
});

describe('the log', () => {
  const logLines = (requestId: string) =>
    gateway.log.filter((line) => line['requestId'] === requestId && line['msg'] === 'request');

  test('has one line per request, under the id that the answer names, without the token', async () => {
    const token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
    const answer = await ask(`${gateway.url}/download?fid=x&token=${token}`, {
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'from-the-caller.1' },
    });
    expect(answer.headers['x-request-id']).toBe('from-the-caller.1');
    expect(logLines('from-the-caller.1')).toMatchObject([
      { method: 'GET', route: '/download', status: 404, ms: expect.any(Number) as number },
    ]);
    expect(JSON.stringify(gateway.log)).not.toContain(token);
  });

  test('takes no id that could forge a line', async () => {
    const answer = await ask(gateway.url, { headers: { 'x-request-id': 'a{"level":"fatal"}' } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('and /metrics counts requests by route', async () => {
    const metrics = await ask(`${gateway.adminUrl}/metrics`);
    expect(metrics.text).toMatch(
      /http_requests_total\{route="\/download",method="GET",status_class="4xx"\} \d+/,
    );
    expect(metrics.text).toContain('breaker_state{dependency="auth"} 0');
    expect(metrics.text).not.toContain('fid=');
  });
});
