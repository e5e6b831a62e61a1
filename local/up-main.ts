import { Command } from 'commander';
import { clearLeases, keepUp } from './leases';
import { runMain } from './run-main';
import { bringUp, countRunning } from './stack';
import { stackAddresses } from './stack-addresses';
import type { StackConfig, StackKind } from './stack-config';
import { StackError } from './stack-error';
import { stackConfigToStart } from './stack-record';
import { startLine } from './start-lines';
import { withStateLock } from './state-lock';

const command = new Command('npm run up --')
  .exitOverride()
  .description(
    'Starts RabbitMQ, MariaDB, MongoDB, the mail inbox, the product, Prometheus and Alertmanager in the background and returns. What runs already is left alone, except for a process of the product, or the configuration of the last two, that has changed.',
  )
  .option('--servers-only', 'start the servers, not the product and what watches it', false)
  .option('--test', "start the tests' stack (.local/test) instead", false)
  .addHelpText(
    'after',
    '\nEnvironment: LOCAL_PORT_BASE (first port, 23100), LOCAL_STATE_DIRECTORY (.local).\nExit code: 0 when everything answers, 1 otherwise, 2 on wrong usage.',
  );

runMain(async () => {
  const options = command.parse().opts<{ serversOnly: boolean; test: boolean }>();
  const kind: StackKind = options.test ? 'test' : 'local';
  const config = stackConfigToStart(process.env, kind);
  const monitoring = kind === 'local' && !options.serversOnly;
  await withStateLock(config.stateDirectory, async () => {
    // First: what a failed start leaves running is somebody's, and no demo's to stop.
    keepUp(config.stateDirectory);
    try {
      await bringUp(config, {
        serversOnly: options.serversOnly,
        monitoring,
        listener: (daemon, result, elapsedMs) => {
          console.log(startLine(daemon, result, elapsedMs));
        },
      });
    } catch (error) {
      throw explainRemains(error, config, options.test);
    }
  });
  for (const line of stackAddresses(config, options.serversOnly, monitoring)) console.log(line);
  console.log('Stop it with   npm run down');
  return 0;
});

/** Adds what runs now to the reason of a failed start. */
function explainRemains(error: unknown, config: StackConfig, test: boolean): unknown {
  const running = countRunning(config);
  if (running === 0) {
    clearLeases(config.stateDirectory);
    return error;
  }
  if (!(error instanceof StackError)) return error;
  const down = test ? 'npm run down -- --test' : 'npm run down';
  const remains = `${running} ${running === 1 ? 'process is' : 'processes are'} left running`;
  return new StackError(`${error.message}\n${remains}; ${down} stops what runs`);
}
