import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import express, { type Express } from 'express';
import { eventually } from '../local/test-broker';
import { Metrics } from './metrics';
import { measureRequests, type EndedRequest } from './request-metrics';

let metrics: Metrics;
let app: Express;
let server: Server;
let socket: Socket;
let received: string;
const ended: EndedRequest[] = [];

beforeEach(async () => {
  metrics = new Metrics('gateway');
  app = express().use(measureRequests(metrics, (request) => ended.push(request)));
  app.get('/jobs/:id', (_request, response) => {
    response.send('a job');
  });
  app.post('/upload', (request, response) => {
    request.on('end', () => response.send('success!')).resume();
  });
  app.post('/login', (_request, response) => {
    response.status(401).send('not read');
  });
  app.get('/download', () => undefined);
  app.get('/not-in-the-list', (_request, response) => {
    response.send('a path that has no label');
  });
  server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  received = '';
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
});

afterEach(async () => {
  ended.length = 0;
  socket.destroy();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const head = (line: string, length?: number) =>
  `${line} HTTP/1.1\r\nHost: here\r\n${length === undefined ? '' : `Content-Length: ${length}\r\n`}\r\n`;

/** Series of a metric that are not zero. */
async function shown(name: string): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
  const series = lines.map((line) => [
    line.slice(name.length, line.lastIndexOf(' ')),
    Number(line.slice(line.lastIndexOf(' '))),
  ]);
  return Object.fromEntries(series.filter(([, value]) => value !== 0)) as Record<string, number>;
}

/** Until a condition holds. */
const until = (what: string, condition: () => boolean | Promise<boolean>): Promise<true> =>
  eventually(what, async () => (await condition()) || undefined);

/** Sends a request and waits until it is over and its answer here. */
async function exchange(request: string, lastWords: string): Promise<string> {
  const [before, count] = [received.length, ended.length];
  socket.write(request);
  await until(
    `an answer that ends in ${lastWords}`,
    () => received.slice(before).endsWith(lastWords) && ended.length > count,
  );
  return received.slice(before);
}

test('requests are counted by route, method and kind of answer', async () => {
  await exchange(head('GET /jobs/1'), 'a job');
  await exchange(head('GET /jobs/secret-name'), 'a job');
  await exchange(head('PROPFIND /jobs/2'), '</html>\n');
  await exchange(head('GET /nowhere'), '</html>\n');
  await exchange(head('GET /not-in-the-list'), 'a path that has no label');
  expect(await shown('http_requests_total')).toEqual({
    '{route="/jobs/:id",method="GET",status_class="2xx"}': 2,
    '{route="none",method="other",status_class="4xx"}': 1,
    '{route="none",method="GET",status_class="4xx"}': 1,
    '{route="none",method="GET",status_class="2xx"}': 1,
  });
  const durations = await shown('http_request_duration_seconds_count');
  expect(durations['{route="/jobs/:id",method="GET"}']).toBe(2);
  expect(ended[0]).toMatchObject({ route: '/jobs/:id', status: 200, complete: true });
});

test('the errors of a route and method are there at zero once it had a request', async () => {
  const errors = async () =>
    (await metrics.text())
      .split('\n')
      .filter((line) => /^http_requests_total.*"[45]xx"/.test(line));
  expect(await errors()).toEqual([]);
  await exchange(head('GET /jobs/1'), 'a job');
  expect(await errors()).toEqual([
    'http_requests_total{route="/jobs/:id",method="GET",status_class="4xx"} 0',
    'http_requests_total{route="/jobs/:id",method="GET",status_class="5xx"} 0',
  ]);
});

test('each request on a kept connection has its own bytes', async () => {
  const first = head('GET /jobs/1');
  const second = head('POST /upload', 100_000) + 'x'.repeat(100_000);
  const third = head('GET /jobs/33');
  const answers = [
    await exchange(first, 'a job'),
    await exchange(second, 'success!'),
    await exchange(third, 'a job'),
  ].map(({ length }) => length);
  expect(await shown('http_received_bytes_total')).toEqual({
    '{route="/jobs/:id"}': first.length + third.length,
    '{route="/upload"}': second.length,
  });
  expect(await shown('http_sent_bytes_total')).toEqual({
    '{route="/jobs/:id"}': (answers[0] ?? 0) + (answers[2] ?? 0),
    '{route="/upload"}': answers[1],
  });
});

test('an upload under way is counted at every scrape, and once', async () => {
  const opening = head('POST /upload', 1_000_000);
  const upload = async () => (await shown('http_received_bytes_total'))['{route="/upload"}'] ?? 0;
  expect(await shown('http_requests_in_progress')).toEqual({});
  socket.write(opening + 'x'.repeat(300_000));
  await until('the bytes so far', async () => (await upload()) === opening.length + 300_000);
  expect(await shown('http_requests_in_progress')).toEqual({ '': 1 });
  expect(await upload()).toBe(opening.length + 300_000);
  await exchange('x'.repeat(700_000), 'success!');
  expect(await upload()).toBe(opening.length + 1_000_000);
  expect(await shown('http_requests_in_progress')).toEqual({});
});

test('a body that comes after its answer is no part of the next request', async () => {
  await exchange(head('POST /login', 1_000), 'not read');
  socket.write('x'.repeat(1_000));
  await until('the late body', async () => {
    const { '{route="/login"}': bytes = 0 } = await shown('http_received_bytes_total');
    return bytes === head('POST /login', 1_000).length + 1_000;
  });
  await exchange(head('GET /jobs/1'), 'a job');
  expect(await shown('http_received_bytes_total')).toEqual({
    '{route="/login"}': head('POST /login', 1_000).length + 1_000,
    '{route="/jobs/:id"}': head('GET /jobs/1').length,
  });
});

test('a client that leaves before its answer counts as its own error', async () => {
  socket.write(head('GET /download'));
  await until(
    'a request in progress',
    async () => (await shown('http_requests_in_progress'))[''] === 1,
  );
  socket.destroy();
  await until('the end of the request', () => ended.length > 0);
  expect(await shown('http_requests_total')).toEqual({
    '{route="/download",method="GET",status_class="4xx"}': 1,
  });
  expect(await shown('http_requests_in_progress')).toEqual({});
  expect(ended).toMatchObject([{ route: '/download', status: null, complete: false }]);
});
