import { databaseEnvironment } from './processes/process-environment';
import { runMain } from './run-main';
import { runTool, type Tool } from './run-tool';

const users: Tool = {
  entry: 'dist/auth/users-main.js',
  marker: 'MYSQL_HOST',
  server: 'mariadb',
  environment: databaseEnvironment,
};

/** `npm run users -- …`: this checkout's stack, or the database that MYSQL_HOST names. */
runMain(() => runTool(users, process.argv.slice(2)));
