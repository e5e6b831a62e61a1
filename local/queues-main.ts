import { queuesEnvironment } from './processes/process-environment';
import { runMain } from './run-main';
import { runTool } from './run-tool';
import { loadStackConfig } from './stack-config';

/** `npm run queues -- …`: this checkout's stack, or the broker that RABBITMQ_URL names. */
runMain(() => {
  const args = process.argv.slice(2);
  return runTool('dist/pipeline/queues-main.js', args, 'RABBITMQ_URL', () =>
    queuesEnvironment(loadStackConfig(process.env, 'local')),
  );
});
