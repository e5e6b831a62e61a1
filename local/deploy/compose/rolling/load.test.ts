import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { OneShotListener } from '../stack/one-shot-listener';
import { Load } from './load';

let server: Server;
let url: string;
let giveUp: AbortController;

beforeEach(async () => {
  giveUp = new AbortController();
  // Uploads are answered well, and everything else oddly.
  server = createServer((request, response) => {
    if (request.url === '/hangs/upload') return;
    if (request.url !== '/upload') {
      response.end('<html>a captive portal</html>');
      return;
    }
    response.end(JSON.stringify({ id: 'a', state: 'waiting', attempts: 0, mp3: null }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  giveUp.abort();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const loadOn = (address: string): Load =>
  new Load(new OneShotListener(address, 'a@example.com', 'p', giveUp.signal), Buffer.from('video'));

test('an answer that cannot be read is a lost request', async () => {
  const load = loadOn(url);
  while (load.lost.length === 0) await once(server, 'request');
  await load.stop();
  expect(load.accepted).toContain('a');
  expect(new Set(load.lost.map(({ request }) => request))).toEqual(new Set(['status']));
  expect(load.sent.status).toBe(load.lost.length);
});

test('requests under way are given up when their listener is', async () => {
  const load = loadOn(`${url}/hangs`);
  await once(server, 'request');
  giveUp.abort(new Error('interrupted'));
  await load.stop();
  expect(load.lost.map(({ problem }) => problem)).toContain('interrupted');
});
