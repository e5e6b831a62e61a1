import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Gauge } from 'prom-client';
import { startAdminServer, type AdminServer } from './admin-server';
import { Metrics } from './metrics';
import { Readiness } from './readiness';

let metrics: Metrics;
let readiness: Readiness;
let server: AdminServer;
let url: string;

beforeEach(async () => {
  metrics = new Metrics('converter');
  readiness = new Readiness();
  server = await startAdminServer('127.0.0.1', 0, metrics, readiness);
  url = `http://127.0.0.1:${server.port}`;
});

afterEach(async () => {
  await server.stop();
});

async function get(path: string, method = 'GET') {
  const response = await fetch(url + path, { method });
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: await response.text(), headers: response.headers };
}

test('/livez answers while the process turns, ready or not', async () => {
  readiness.stopping();
  expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
});

test('/metrics is what Prometheus reads', async () => {
  metrics.count('audio_seconds_total', {}, 5);
  const { status, type, body } = await get('/metrics');
  expect({ status, type }).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
  });
  expect(body).toContain('\naudio_seconds_total 5\n');
});

test('/readyz is 200 or 503, with each condition', async () => {
  let ok = true;
  readiness.add('broker', () => ({ ok, detail: 'the detail' }));
  expect(await get('/readyz')).toMatchObject({ status: 200, type: 'application/json' });
  ok = false;
  const refused = await get('/readyz?verbose=1');
  expect(refused.status).toBe(503);
  expect(JSON.parse(refused.body)).toEqual({
    ready: false,
    conditions: { broker: { ok: false, detail: 'the detail' } },
  });
});

test('/readyz is 503 once the process is stopping, and when a check throws', async () => {
  readiness.add('broken', () => {
    throw new Error('a defect');
  });
  const broken = await get('/readyz');
  expect(broken.status).toBe(503);
  expect(broken.body).toContain('a defect');
  readiness.stopping();
  expect((await get('/readyz')).body).toContain('shutting down');
});

test.each(['/', '/metrics/', '/metricsx', '/favicon.ico', '/../etc/passwd', '//x'])(
  '%s is not found',
  async (path) => {
    expect(await get(path)).toMatchObject({ status: 404 });
  },
);

test('only reads are allowed', async () => {
  const { status, headers } = await get('/metrics', 'POST');
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('GET, HEAD');
  expect(await get('/readyz', 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('a metric that cannot be collected is a 500 with its reason; the server lives on', async () => {
  new Gauge({
    name: 'broken',
    help: 'x',
    registers: [metrics.registry],
    collect: () => {
      throw new Error('cannot be collected');
    },
  });
  expect(await get('/metrics')).toMatchObject({ status: 500, body: 'cannot be collected\n' });
  expect(await get('/livez')).toMatchObject({ status: 200 });
});

test('a port that is taken is told with address and reason', async () => {
  const started = startAdminServer('127.0.0.1', server.port, metrics, readiness);
  await expect(started).rejects.toThrow(
    new RegExp(`^the admin port cannot listen on 127.0.0.1 port ${server.port}: .*EADDRINUSE`),
  );
});

test('stop frees the port, even while a request hangs', async () => {
  const bell = new EventEmitter();
  const asked = once(bell, 'asked');
  readiness.add('hangs', async () => {
    bell.emit('asked');
    await once(bell, 'ring');
    return { ok: true, detail: 'too late' };
  });
  const hanging = fetch(`${url}/readyz`).then(
    () => 'answered',
    () => 'cut off',
  );
  await asked;
  await server.stop();
  expect(await hanging).toBe('cut off');
  const again = createServer().listen(server.port, '127.0.0.1');
  await once(again, 'listening');
  expect((again.address() as AddressInfo).port).toBe(server.port);
  again.close();
  bell.emit('ring');
});
