import { createApp } from '../../gateway/app';
import { gatewayRelations, gatewaySettings } from '../../gateway/config';
import { loadConfig } from '../../observability/config';
import { createLogger } from '../../observability/logger';
import { runProcess } from '../../observability/run-process';
import { stopsOfProcess } from './stops-of-process';
import { keyOf } from './who';

runProcess(async () => {
  const config = loadConfig('gateway', gatewaySettings, process.env, gatewayRelations);
  const stops = stopsOfProcess();
  const app = createApp({
    config,
    logger: createLogger('gateway', config.logLevel),
    alterPublisher: (publisher) => ({
      async publish(message) {
        await stops.at('job recorded, not published', keyOf(message));
        await publisher.publish(message);
        await stops.at('job published, not marked', keyOf(message));
      },
    }),
  });
  await app.start();
  return app;
});
