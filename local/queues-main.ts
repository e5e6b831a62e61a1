import { queuesEnvironment } from './processes/process-environment';
import { runMain } from './run-main';
import { runTool, type Tool } from './run-tool';

const queues: Tool = {
  entry: 'dist/pipeline/queues-main.js',
  marker: 'RABBITMQ_URL',
  server: 'rabbitmq',
  environment: queuesEnvironment,
};

/** `npm run queues -- …`: this checkout's stack, or the broker that RABBITMQ_URL names. */
runMain(() => runTool(queues, process.argv.slice(2)));
