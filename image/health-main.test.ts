import { type AdminServer, startAdminServer } from '../observability/admin-server';
import { Metrics } from '../observability/metrics';
import { Readiness } from '../observability/readiness';
import { runEntry } from './test-run-entry';

let server: AdminServer;
let ready: boolean;

beforeAll(async () => {
  const readiness = new Readiness();
  readiness.add('broker', () => ({ ok: ready, detail: 'no connection' }));
  server = await startAdminServer('127.0.0.1', 0, new Metrics('converter'), readiness);
});

afterAll(async () => {
  await server.stop();
});

test('is 0 while the process is ready', async () => {
  ready = true;
  const run = await runEntry(['health'], { ADMIN_PORT: String(server.port) });
  expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('is 1 while it is not, and says why', async () => {
  ready = false;
  const { code, stderr } = await runEntry(['health'], { ADMIN_PORT: String(server.port) });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^503 [^]*"broker"[^]*no connection/);
});

test('is 1 when there is no process', async () => {
  // Port 1 is privileged and served by nothing here.
  const { code, stderr } = await runEntry(['health'], { ADMIN_PORT: '1' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^no answer from the process: /);
});
