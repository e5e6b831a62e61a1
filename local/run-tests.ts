import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryDirectory } from './repository-directory';
import { testStackConfig } from './test-stack';

const resultsSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  /** Suites that could not even be loaded; their tests are counted nowhere else. */
  numRuntimeErrorTestSuites: z.number(),
});

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * `npm run check`, then the tests, against real servers.
 *
 * @param jestArgs a person's own: file patterns, `-t`, `--verbose`, …
 * @returns the counts; a failed check counts as one failure and no test is run then
 */
export async function runTests(jestArgs: readonly string[]): Promise<TestCounts> {
  const root = repositoryDirectory();
  const check = await runInherited('npm', ['run', '--silent', 'check'], { cwd: root });
  if (check !== 0) {
    console.error('npm run check failed: see above; no test was run');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return runJest(jestArgs);
}

/** The tests alone. */
export async function runJest(jestArgs: readonly string[]): Promise<TestCounts> {
  const root = repositoryDirectory();
  const resultsFile = join(testStackConfig().stateDirectory, 'jest-results.json');
  mkdirSync(join(resultsFile, '..'), { recursive: true, mode: 0o700 });
  rmSync(resultsFile, { force: true });
  const exitCode = await runInherited(
    process.execPath,
    [
      join(root, 'node_modules/jest/bin/jest.js'),
      ...['--globalSetup', join(root, 'local/jest-global-setup.ts')],
      ...['--globalTeardown', join(root, 'local/jest-global-teardown.ts')],
      ...['--json', '--outputFile', resultsFile],
      ...jestArgs,
    ],
    // A run of chosen files starts what they ask for; a whole one will need all.
    { cwd: root, environment: jestArgs.length === 0 ? { LOCAL_TEST_START: 'all' } : {} },
    // Jest's JSON goes to its file and to standard output as well, where nobody wants it.
    'ignore',
    (child) => {
      endWhenLingering(child, resultsFile);
    },
  );
  return countTests(exitCode, existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : null);
}

/**
 * Jest's own count, made honest: what failed outside of a test (a suite that does not load, the
 * servers, a teardown) is a failure too.
 */
export function countTests(exitCode: number, results: string | null): TestCounts {
  const parsed = resultsSchema.safeParse(results === null ? undefined : JSON.parse(results));
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0 };
  const counts = parsed.data;
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
  return {
    passed: counts.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: counts.numPendingTests + counts.numTodoTests,
  };
}

/** What CI reads: alone on the last line. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** How long Jest may linger after it has written its results: it does so last of all. */
const lingerMs = 15_000;

/** Ends Jest when it stays because a test left something open: CI would wait for ever. */
function endWhenLingering(child: ChildProcess, resultsFile: string): void {
  const watch = setInterval(() => {
    if (!existsSync(resultsFile)) return;
    clearInterval(watch);
    setTimeout(() => {
      console.error('jest did not exit: a test left something open (see above)');
      child.kill('SIGKILL');
    }, lingerMs).unref();
  }, 1_000);
  watch.unref();
}

function runInherited(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
  stdout: 'inherit' | 'ignore' = 'inherit',
  watch: (child: ChildProcess) => void = () => undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      stdio: ['inherit', stdout, 'inherit'],
      env: { ...process.env, ...options.environment },
    });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, forward);
    watch(child);
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(code ?? 1);
    });
  });
}
