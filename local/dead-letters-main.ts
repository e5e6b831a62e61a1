import { deadLettersEnvironment } from './processes/process-environment';
import { runMain } from './run-main';
import { runTool, type Tool } from './run-tool';

const deadLetters: Tool = {
  entry: 'dist/dead-letters/main.js',
  marker: 'MONGO_URL',
  server: 'mongodb',
  environment: deadLettersEnvironment,
};

/** `npm run dead-letters -- …`: this checkout's stack, or the database that MONGO_URL names. */
runMain(() => runTool(deadLetters, process.argv.slice(2)));
