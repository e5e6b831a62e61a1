import { createLogger } from '../observability/logger';
import { runProcess } from '../observability/run-process';
import { createApp } from './app';
import { loadAuthConfig, weakSecretProblem } from './config';

runProcess(async () => {
  const config = loadAuthConfig(process.env);
  const logger = createLogger('auth', config.logLevel);
  const weakSecret = weakSecretProblem(config);
  if (weakSecret !== undefined) logger.warn(weakSecret);
  const app = createApp({ config, logger });
  await app.start();
  return app;
});
