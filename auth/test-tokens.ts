import { createHmac } from 'node:crypto';
import { sign, type SignOptions } from 'jsonwebtoken';

/** For the suites of this folder: tokens as others might make them. */
export const testSecret = 'a secret of the tests, long enough for HS256';

const claims = { username: 'a@x.com', admin: true };
const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

/** As the tutorial's auth service makes it. */
export function tutorialToken(): string {
  return signed();
}

/** Every one of these is `403 not authorized` at `/validate`. */
export const refusedTokens: readonly (readonly [string, () => string])[] = [
  ['expired', () => signed({}, { expiresIn: -1 })],
  [
    'alg: none',
    () => `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, iat: 0, exp: inAnHour })}.`,
  ],
  [
    'alg: None',
    () => `${part({ alg: 'None', typ: 'JWT' })}.${part({ ...claims, iat: 0, exp: inAnHour })}.`,
  ],
  [
    'another key',
    () => signed({}, { expiresIn: 60 }, 'another key, just as long as the right one'),
  ],
  ['another algorithm with the same key', () => signed({}, { expiresIn: 60, algorithm: 'HS512' })],
  ['tampered claims', () => tampered({ operator: true })],
  ['a signature cut off', () => signed().slice(0, -4)],
  ['an empty signature', () => signed().replace(/[^.]*$/, '')],
  [
    'a header that says HS256 over an HS384 signature',
    () => {
      const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, iat: 0, exp: inAnHour })}`;
      return `${head}.${createHmac('sha384', testSecret).update(head).digest('base64url')}`;
    },
  ],
  ['no expiry', () => signed({}, {})],
  ['not valid yet', () => signed({}, { expiresIn: 60, notBefore: 30 })],
  ['a username that is no text', () => signed({ username: 1 })],
  ['admin that is no boolean', () => signed({ admin: 'true' })],
  ['no claims but text', () => sign('a@x.com', testSecret)],
  ['two parts', () => signed().split('.').slice(0, 2).join('.')],
  ['no token', () => 'null'],
];

function signed(
  more: object = {},
  options: SignOptions = { expiresIn: 60 },
  key = testSecret,
): string {
  return sign({ ...claims, ...more }, key, options);
}

function tampered(more: object): string {
  const [header, payload, signature] = signed().split('.');
  const old = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object;
  return [header, part({ ...old, ...more }), signature].join('.');
}
