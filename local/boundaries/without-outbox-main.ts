import { createApp } from '../../gateway/app';
import { gatewayRelations, gatewaySettings } from '../../gateway/config';
import { loadConfig } from '../../observability/config';
import { createLogger } from '../../observability/logger';
import { runProcess } from '../../observability/run-process';

/**
 * A gateway without an outbox: it says yes when a message is on its way, and marks it as sent
 * whatever becomes of it.
 */
runProcess(async () => {
  const config = loadConfig('gateway', gatewaySettings, process.env, gatewayRelations);
  const logger = createLogger('gateway', config.logLevel);
  const app = createApp({
    config,
    logger,
    alterPublisher: (publisher) => ({
      publish(message) {
        publisher.publish(message).catch((error: unknown) => {
          logger.warn({ err: error }, 'a message is gone');
        });
        return Promise.resolve();
      },
    }),
  });
  await app.start();
  return app;
});
