import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import express from 'express';
import { createLogger } from '../observability/logger';
import { startPublicServer, type PublicServer } from './http-server';
import { pageFile, pageFileNames } from './page-files';
import { sendErrors } from './send-error';

let directory: string;
let server: PublicServer;
let log = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pages-'));
  await mkdir(join(directory, 'some'));
  await writeFile(join(directory, 'some/index.html'), '<p>seite</p>');
  await writeFile(join(directory, 'some/page.js'), 'console.log(1)');
  const app = express();
  app.disable('etag');
  for (const name of pageFileNames) app.get(`/${name}`, pageFile('some', name, directory));
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      log += line.toString();
      done();
    },
  });
  app.use(sendErrors(createLogger('gateway', 'info', destination)));
  server = await startPublicServer('127.0.0.1', 0, app);
});

afterAll(async () => {
  await server.stop(0);
  await rm(directory, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${server.port}/${path}`, { headers });

test('the page is not kept, and runs nothing but its own script', async () => {
  const response = await get('index.html');
  expect(await response.text()).toBe('<p>seite</p>');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
});

test('the script is sent again only when it has changed', async () => {
  const first = await get('page.js');
  expect(await first.text()).toBe('console.log(1)');
  expect(first.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(first.headers.get('cache-control')).toBe('no-cache');
  // As browsers ask again; fetch on its own would say "no-cache".
  const again = (etag: string) =>
    get('page.js', { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' });
  expect((await again(first.headers.get('etag') ?? '')).status).toBe(304);
  expect((await again('"other"')).status).toBe(200);
});

test('a page that was not built is said in the log, and is there once it is', async () => {
  expect((await get('page.css')).status).toBe(500);
  expect(log).toContain('build it with \\"npm run build\\"');
  await writeFile(join(directory, 'some/page.css'), 'p{}');
  expect(await (await get('page.css')).text()).toBe('p{}');
});
