import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { productVersion } from './product-version';

const compiled = join(__dirname, '..', 'dist', 'observability');

beforeAll(() => {
  if (!existsSync(compiled)) throw new Error(`expected ${compiled}; compile first: npm run build`);
});

/** A stand-in for a collector: what it answers next, and what it was sent. */
let status: number;
let requests: { path: string; body: string }[];
let server: Server;
const happened = new EventEmitter();

beforeEach(async () => {
  status = 200;
  requests = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      happened.emit('request');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

const running = new Set<ChildProcessWithoutNullStreams>();
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/**
 * A process that traces: makes a span for each line it reads, and stops at the end of its input. Not
 * this one: the exporter imports Node's modules in a way that Jest does not know.
 */
async function start(otlpEndpoint: string | undefined) {
  const script = `
    const { startTracing } = require(${JSON.stringify(join(compiled, 'tracing.js'))});
    const { createLogger } = require(${JSON.stringify(join(compiled, 'logger.js'))});
    const { inSpan } = require(${JSON.stringify(join(compiled, 'spans.js'))});
    const { createInterface } = require('node:readline');
    (async () => {
      const otlpEndpoint = ${JSON.stringify(otlpEndpoint)};
      const tracing = await startTracing('relay', { otlpEndpoint }, createLogger('test', 'info'));
      console.log('{"level":"test","msg":"started"}');
      for await (const line of createInterface(process.stdin)) await inSpan('replay', {}, async () => {});
      await tracing.stop();
      process.exit(0);
    })();
  `;
  const child = spawn(process.execPath, ['-e', script]);
  running.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    lines.push(`${level}: ${msg}`);
    happened.emit('line');
  });
  const closed = once(child, 'close');
  while (!lines.includes('test: started')) {
    await Promise.race([once(happened, 'line'), closed]);
    if (child.exitCode !== null) throw new Error(stderr);
  }
  return {
    makeSpan() {
      child.stdin.write('one\n');
    },
    /** Makes a span, and waits until the collector is asked to take it. */
    async sendSpan() {
      const asked = once(happened, 'request');
      child.stdin.write('one\n');
      await asked;
    },
    /** @returns what it had to say. */
    async stop() {
      child.stdin.end();
      await closed;
      expect({ code: child.exitCode, stderr }).toEqual({ code: 0, stderr: '' });
      return lines.filter((line) => line !== 'test: started');
    },
  };
}

it('sends spans below the base URL, and the last ones when it stops', async () => {
  const process = await start(`${url()}/otlp/`);
  process.makeSpan();
  await process.stop();
  expect(requests.map(({ path }) => path)).toEqual(['/otlp/v1/traces']);
  const { resourceSpans } = JSON.parse(requests[0]?.body ?? '') as {
    resourceSpans: [{ resource: { attributes: unknown }; scopeSpans: [{ spans: unknown }] }];
  };
  expect(resourceSpans[0].resource.attributes).toEqual(
    expect.arrayContaining([
      { key: 'service.name', value: { stringValue: 'relay' } },
      { key: 'service.version', value: { stringValue: productVersion } },
    ]),
  );
  expect(resourceSpans[0].scopeSpans[0].spans).toMatchObject([{ name: 'replay' }]);
});

it('says once that the collector takes nothing, and once that it does again', async () => {
  const process = await start(url());
  status = 400;
  for (let time = 0; time < 3; time += 1) await process.sendSpan();
  status = 200;
  process.makeSpan();
  expect(await process.stop()).toEqual([
    'info: traces are exported',
    'warn: traces: the collector takes no spans; they are dropped until it does',
    'info: traces: the collector takes spans again',
  ]);
});

it('asks nobody without an endpoint', async () => {
  const process = await start(undefined);
  process.makeSpan();
  expect(await process.stop()).toEqual([]);
  expect(requests).toEqual([]);
});
