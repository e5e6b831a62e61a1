import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { relaySettings } from '../../pipeline/config';
import { startRelay } from '../../pipeline/relay/start-relay';
import { stopsOfProcess } from './stops-of-process';
import { keyOf } from './who';

runProcess(() => {
  const config = loadConfig('relay', relaySettings, process.env);
  const stops = stopsOfProcess();
  return startRelay(config, ({ publisher }) => ({
    publisher: {
      async publish(message) {
        const key = keyOf(message);
        await stops.at('held job not published', key);
        await stops.at('unheard news not published', key);
        await publisher.publish(message);
        await stops.at('held job published, not marked', key);
        await stops.at('unheard news published, not marked', key);
      },
    },
  }));
});
