import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearLeases, isInUse, keepUp, releaseLease, takeLease } from './leases';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'leases-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('a stack is in use until the last one leaves', async () => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  await new Promise((resolve) => other.once('spawn', resolve));
  takeLease(directory, process.pid);
  takeLease(directory, other.pid ?? 0);
  expect(releaseLease(directory, process.pid)).toBe(true);
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  // It did not get to release anything.
  expect(isInUse(directory)).toBe(false);
});

test('a stack that a person started stays, until it is stopped by hand', () => {
  takeLease(directory, process.pid);
  keepUp(directory);
  expect(releaseLease(directory, process.pid)).toBe(true);
  clearLeases(directory);
  expect(isInUse(directory)).toBe(false);
});
