import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secret, secretPath } from './secrets';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('a secret is random, kept, and readable by its owner only', () => {
  const first = secret(directory, 'jwt');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(secret(directory, 'jwt')).toBe(first);
  expect(secret(directory, 'mysql-app')).not.toBe(first);
  expect(statSync(secretPath(directory, 'jwt')).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'secrets')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(directory, 'secrets')).sort()).toEqual(['jwt', 'mysql-app']);
});
