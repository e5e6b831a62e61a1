import { Command } from 'commander';
import { keepUp } from './leases';
import { runMain } from './run-main';
import { bringUp } from './stack';
import { stackAddresses } from './stack-addresses';
import type { StackKind } from './stack-config';
import { stackConfigToStart } from './stack-record';
import { startLine } from './start-lines';
import { withStateLock } from './state-lock';

const command = new Command('npm run up --')
  .description(
    'Starts RabbitMQ, MariaDB, MongoDB, the mail inbox and the product in the background and returns. What runs already is left alone, except for a process of the product that has changed.',
  )
  .option('--servers-only', 'start the servers, not the product', false)
  .option('--test', "start the tests' stack (.local/test) instead", false)
  .addHelpText(
    'after',
    '\nEnvironment: LOCAL_PORT_BASE (first port, 23100), LOCAL_STATE_DIRECTORY (.local).\nExit code: 0 when everything answers, 1 otherwise.',
  );

runMain(async () => {
  const options = command.parse().opts<{ serversOnly: boolean; test: boolean }>();
  const kind: StackKind = options.test ? 'test' : 'local';
  const config = stackConfigToStart(process.env, kind);
  await withStateLock(config.stateDirectory, async () => {
    await bringUp(config, {
      serversOnly: options.serversOnly,
      listener: (daemon, result, elapsedMs) => {
        console.log(startLine(daemon, result, elapsedMs));
      },
    });
    keepUp(config.stateDirectory);
  });
  for (const line of stackAddresses(config, options.serversOnly)) console.log(line);
  console.log('Stop it with   npm run down');
  return 0;
});
