import { closingLine, countTests } from './run-tests';

const results = (counts: Record<string, number>): string =>
  JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    ...counts,
  });

test.each([
  [0, {}, '5 passed, 0 failed, 0 skipped'],
  [1, { numFailedTests: 2 }, '5 passed, 2 failed, 0 skipped'],
  [0, { numPendingTests: 3, numTodoTests: 1 }, '5 passed, 0 failed, 4 skipped'],
  // A suite that does not load has no tests that could fail.
  [1, { numRuntimeErrorTestSuites: 1 }, '5 passed, 1 failed, 0 skipped'],
  // A teardown failed, or the run had to be killed.
  [1, {}, '5 passed, 1 failed, 0 skipped'],
])('exit code %j with %j closes with "%s"', (exitCode, counts, line) => {
  expect(closingLine(countTests(exitCode, results(counts)))).toBe(line);
});

test('a run that left no results failed', () => {
  expect(closingLine(countTests(0, null))).toBe('0 passed, 1 failed, 0 skipped');
});
