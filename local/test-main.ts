import { runMain } from './run-main';
import { closingLine, runTests } from './run-tests';

/** `npm test [-- jest's arguments]`: checks and tests; the last line holds the counts. */
runMain(async () => {
  const counts = await runTests(process.argv.slice(2));
  console.log(closingLine(counts));
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
