import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createStackConfig } from '../../stack-config';
import { findCompose } from './find-compose';
import { findKubectl } from './find-kubectl';
import { isNewEnough } from './new-enough';

const run = promisify(execFile);
// Fetched once for the checkout, and not by every run.
const { libraryDirectory } = createStackConfig({
  stateDirectory: '.local/test',
  portBase: 23200,
  executablePath: '/usr/bin',
});

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tools-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test.each([
  ['v1.27.0', [1, 27], true],
  ['v1.26.15', [1, 27], false],
  ['v1.32.4-dispatcher', [1, 27], true],
  ['{"clientVersion": {"gitVersion": "v1.9.1"}}', [1, 27], false],
  ['1.29.2', [2, 0], false],
  ['2.26.1', [2, 0], true],
  ['10.0.0', [2, 0], true],
  ['no version at all', [0, 0], false],
] as const)('%s is at least %j: %s', (said, least, expected) => {
  expect(isNewEnough(said, least)).toBe(expected);
});

test('compose and kubectl are found or fetched, and run', async () => {
  // Twice at once: one of them may have to download.
  const [compose, again, kubectl] = await Promise.all([
    findCompose(libraryDirectory),
    findCompose(libraryDirectory),
    findKubectl(libraryDirectory),
  ]);
  expect(again).toBe(compose);
  expect((await run(compose, ['version', '--short'])).stdout).toMatch(/^v?\d+\.\d+/);
  expect((await run(kubectl, ['version', '--client'])).stdout).toMatch(/v1\.\d+/);
}, 60_000);

test('one on the path is taken when it is new enough, and passed over when it is not', async () => {
  const program = (version: string) => {
    const path = join(directory, 'docker-compose');
    writeFileSync(path, `#!/bin/sh\necho ${version}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const ours = program('2.40.1');
  expect(await findCompose(libraryDirectory, directory)).toBe(ours);
  program('2.19.1');
  const other = await findCompose(libraryDirectory, directory);
  expect(other).not.toBe(ours);
  expect(existsSync(other)).toBe(true);
});
