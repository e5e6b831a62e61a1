import { loadConfig } from '../observability/config';
import { createLogger } from '../observability/logger';
import { runProcess } from '../observability/run-process';
import { createApp } from './app';
import { gatewayRelations, gatewaySettings } from './config';

runProcess(async () => {
  const config = loadConfig('gateway', gatewaySettings, process.env, gatewayRelations);
  const app = createApp({ config, logger: createLogger('gateway', config.logLevel) });
  await app.start();
  return app;
});
