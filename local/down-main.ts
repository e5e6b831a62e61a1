import { Command } from 'commander';
import { runMain } from './run-main';
import { takeDown } from './stack';
import { findStackConfig } from './stack-record';
import { withStateLock } from './state-lock';

const command = new Command('npm run down --')
  .exitOverride()
  .description('Stops every process that was started here, and nothing else. Data stays.')
  .option('--test', "stop the tests' stack (.local/test) instead", false)
  .addHelpText('after', '\nExit code: 0 when nothing of it runs any more, 2 on wrong usage.');

runMain(async () => {
  const options = command.parse().opts<{ test: boolean }>();
  const config = findStackConfig(process.env, options.test ? 'test' : 'local');
  const stopped: string[] = [];
  await withStateLock(config.stateDirectory, () =>
    takeDown(config, {
      listener: ({ name }, result) => {
        if (result === 'not running') return;
        stopped.push(name);
        console.log(`  ${name.padEnd(13)}${result}`);
      },
    }),
  );
  if (stopped.length === 0) console.log('nothing is running');
  return 0;
});
