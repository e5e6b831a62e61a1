import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectId } from 'mongodb';
import { makeSample } from '../sample-media';
import { secret } from '../secrets';
import type { Listener } from './listener';
import { startProduct, type Product } from './product';

let product: Product;
let owner: Listener;
let other: Listener;
let jobId: string;
let fid: string;
let jwtSecret: string;

beforeAll(async () => {
  product = await startProduct();
  jwtSecret = secret(product.stack.config.stateDirectory, 'jwt');
  owner = await product.newListener();
  other = await product.newListener();
  const directory = await mkdtemp(join(tmpdir(), 'tokens-'));
  const video = join(directory, 'mine.mp4');
  await makeSample(video, { seconds: 1 });
  jobId = await owner.submit(video);
  await rm(directory, { recursive: true });
  fid = (await owner.finished(jobId)).mp3?.fid ?? '';
}, 120_000);

afterAll(async () => {
  await product.close();
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token made by hand, as an attacker makes one. */
function forge(header: object, claims: object, key: string | null): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature =
    key === null ? '' : createHmac('sha256', key).update(signed).digest('base64url');
  return `${signed}.${signature}`;
}

const nowS = Math.floor(Date.now() / 1_000);
const hs256 = { alg: 'HS256', typ: 'JWT' };
const claims = () => ({ username: owner.email, sub: '1', iat: nowS, exp: nowS + 600, admin: true });

function tampered(): string {
  const [header, , signature] = other.token.split('.');
  return `${header}.${encode(claims())}.${signature}`;
}

const table: [string, () => string | null, number, string][] = [
  ['no token', () => null, 401, 'missing credentials'],
  ['an empty header', () => '', 401, 'missing credentials'],
  ['another scheme', () => `Token ${owner.token}`, 401, 'missing credentials'],
  ['Basic where Bearer is asked for', () => `Basic ${owner.token}`, 401, 'missing credentials'],
  ['a scheme without a token', () => 'Bearer', 401, 'missing credentials'],
  ['garbage', () => 'Bearer abc', 403, 'not authorized'],
  [
    'an expired token',
    () => `Bearer ${forge(hs256, { ...claims(), exp: nowS - 1 }, jwtSecret)}`,
    403,
    'not authorized',
  ],
  ['alg none', () => `Bearer ${forge({ alg: 'none' }, claims(), null)}`, 403, 'not authorized'],
  ['alg None', () => `Bearer ${forge({ alg: 'None' }, claims(), null)}`, 403, 'not authorized'],
  ['another key', () => `Bearer ${forge(hs256, claims(), 'x'.repeat(32))}`, 403, 'not authorized'],
  ['an empty key', () => `Bearer ${forge(hs256, claims(), '')}`, 403, 'not authorized'],
  [
    'another algorithm with our key',
    () => `Bearer ${forge({ alg: 'HS512' }, claims(), jwtSecret)}`,
    403,
    'not authorized',
  ],
  ['tampered claims', () => `Bearer ${tampered()}`, 403, 'not authorized'],
  [
    'a token without the claim admin',
    () => `Bearer ${forge(hs256, { ...claims(), admin: false }, jwtSecret)}`,
    401,
    'not authorized',
  ],
];

describe.each([
  ['POST', '/upload'],
  ['GET', '/download?fid=0123456789abcdef01234567'],
  ['GET', '/jobs'],
])('%s %s', (method, path) => {
  it.each(table)('with %s', async (_name, authorization, status, text) => {
    const given = authorization();
    const headers = given === null ? {} : { authorization: given };
    const response = await fetch(`${product.url}${path}`, { method, headers });
    expect([response.status, await response.text()]).toEqual([status, text]);
  });
});

it('takes the scheme word in any case, as RFC 9110 section 11.1 says', async () => {
  const headers = { authorization: `bEaReR ${owner.token}` };
  expect((await fetch(`${product.url}/jobs`, { headers })).status).toBe(200);
});

describe('what belongs to somebody else is not there', () => {
  const paths: [string, () => string][] = [
    ['the MP3 by file id', () => `/download?fid=${fid}`],
    ['the MP3 by job', () => `/jobs/${jobId}/mp3`],
    ['the job', () => `/jobs/${jobId}`],
  ];
  it.each(paths)('%s', async (_name, path) => {
    const mine = await owner.call(path());
    await mine.arrayBuffer();
    expect(mine.status).toBe(200);
    const theirs = await other.call(path());
    expect([theirs.status, await theirs.text()]).toEqual([404, 'not found']);
  });

  it.each([
    ['an unknown id', () => new ObjectId().toHexString()],
    ['a malformed id', () => 'zz'],
    ['the id of the video, not the MP3', () => jobId],
    ['an id with a query operator', () => '[$ne]='],
  ])('nor %s', async (_name, id) => {
    const response = await owner.call(`/download?fid=${id()}`);
    expect([response.status, await response.text()]).toEqual([404, 'not found']);
  });

  it('nor does the list show it', async () => {
    const list = await other.call('/jobs');
    expect(JSON.stringify(await list.json())).not.toContain(jobId);
  });
});

it('does not hand a reused address the files of its former user', async () => {
  const { email } = owner;
  const password = 'another password';
  await product.users(['remove', email]);
  await product.users(['add', email], `${password}\n`);
  const credentials = Buffer.from(`${email}:${password}`).toString('base64');
  const login = await fetch(`${product.url}/login`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
  });
  const headers = { authorization: `Bearer ${await login.text()}` };
  const response = await fetch(`${product.url}/download?fid=${fid}`, { headers });
  expect(response.status).toBe(404);
});
