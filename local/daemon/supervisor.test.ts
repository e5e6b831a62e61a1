import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeProcess, type NodeProcess } from '../processes/product-process';
import { createStackConfig, type StackConfig } from '../stack-config';
import { reservePorts } from '../reserve-ports';
import { StackError } from '../stack-error';
import type { Daemon } from './daemon';
import { daemonFiles, findDaemon, probeOnce, startDaemon, stopDaemon } from './supervisor';

/** Stands in for a process of the product: ready after it was asked twice. */
const program = `
const { createServer } = require('node:http');
let asked = 0;
createServer((request, response) => {
  const ready = request.url === '/readyz' && ++asked > 2;
  response.writeHead(ready ? 200 : 503).end(process.env.ANSWER);
}).listen(Number(process.env.ADMIN_PORT), '127.0.0.1');
console.log('started');
`;

let config: StackConfig;
let entry: string;
let adminPort: number;
let reservation: Server;

function fake(overrides: Partial<NodeProcess> = {}, answer = 'one'): Daemon {
  return createNodeProcess(config, {
    name: 'fake',
    entry,
    environment: () => ({ ADMIN_PORT: String(adminPort), ANSWER: answer }),
    ports: [],
    adminPort,
    ...overrides,
  });
}

beforeEach(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'supervisor-'));
  ({ base: adminPort, reservation } = await reservePorts());
  config = createStackConfig({
    stateDirectory: directory,
    portBase: 30_000,
    executablePath: '/bin',
  });
  entry = join(directory, 'fake.js');
  writeFileSync(entry, program);
});

afterEach(async () => {
  await stopDaemon(config, { name: 'fake', stopDeadlineMs: 5_000 });
  rmSync(config.stateDirectory, { recursive: true });
  await new Promise((resolve) => reservation.close(resolve));
});

test('a process is started once, found, and stopped', async () => {
  expect(await startDaemon(config, fake())).toBe('started');
  const running = findDaemon(config, 'fake');
  expect(await startDaemon(config, fake())).toBe('already running');
  expect(findDaemon(config, 'fake')).toEqual(running);
  expect(await stopDaemon(config, fake())).toBe('stopped');
  expect(findDaemon(config, 'fake')).toBeUndefined();
  expect(await stopDaemon(config, fake())).toBe('not running');
});

test('one with other settings takes the place of the running one', async () => {
  await startDaemon(config, fake());
  const before = findDaemon(config, 'fake');
  expect(await startDaemon(config, fake({}, 'two'))).toBe('restarted');
  expect(findDaemon(config, 'fake')?.pid).not.toBe(before?.pid);
  const answer = await fetch(`http://127.0.0.1:${adminPort}/`);
  expect(await answer.text()).toBe('two');
});

test('one that ends at once is reported with the end of its log, and leaves no pid file', async () => {
  writeFileSync(entry, "console.error('no such setting'); process.exit(78)");
  const error = await startDaemon(config, fake()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StackError);
  expect((error as StackError).message).toMatch(
    /fake ended before it was ready[^]*no such setting/,
  );
  expect(existsSync(daemonFiles(config, 'fake').pidFile)).toBe(false);
});

test('one that never gets ready is ended, and its last answer reported', async () => {
  writeFileSync(entry, program.replace('> 2', '> 1e9'));
  const slow = { ...fake({}, 'broker is down'), readyDeadlineMs: 1_500 };
  await expect(startDaemon(config, slow)).rejects.toThrow(
    /not ready after 1.5 s \(\/readyz answered 503: broker is down\)/,
  );
  expect(findDaemon(config, 'fake')).toBeUndefined();
});

test('an aborted start ends what it started', async () => {
  writeFileSync(entry, program.replace('> 2', '> 1e9'));
  const controller = new AbortController();
  const starting = startDaemon(config, fake(), controller.signal);
  const aborted = expect(starting).rejects.toThrow('enough');
  controller.abort(new StackError('enough'));
  await aborted;
  expect(findDaemon(config, 'fake')).toBeUndefined();
});

test('a process that says 503 is not ready, one that says nothing does not answer', async () => {
  expect(await probeOnce(fake())).toMatchObject({ state: 'not answering' });
  const server = createServer((_request, response) => {
    response.writeHead(503).end('no broker');
  });
  await new Promise<void>((resolve) => server.listen(adminPort, '127.0.0.1', resolve));
  const problem = await probeOnce(fake());
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(problem).toEqual({ state: 'not ready', reason: '/readyz answered 503: no broker' });
});
