import { databaseEnvironment } from './processes/process-environment';
import { runMain } from './run-main';
import { runTool } from './run-tool';
import { loadStackConfig } from './stack-config';

/** `npm run users -- …`: this checkout's stack, or the database that MYSQL_HOST names. */
runMain(() => {
  const args = process.argv.slice(2);
  return runTool('dist/auth/users-main.js', args, 'MYSQL_HOST', () =>
    databaseEnvironment(loadStackConfig(process.env, 'local')),
  );
});
