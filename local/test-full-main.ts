import { runMain } from './run-main';
import { closingLine, runTests } from './run-tests';

/** `npm run test:full`: what `npm test` runs, the long tests (`*.long-test.ts`), and a
 * hundred thousand random uploads instead of some. */
runMain(async () => {
  process.env['FUZZ_RUNS'] ??= '100000';
  const patterns = ['**/*.test.ts', '**/*.long-test.ts'].flatMap((glob) => ['--testMatch', glob]);
  const counts = await runTests([...patterns, ...process.argv.slice(2)]);
  console.log(closingLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
