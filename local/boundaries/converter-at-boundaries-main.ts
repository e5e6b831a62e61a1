import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { converterSettings } from '../../pipeline/config';
import { startConverter } from '../../pipeline/conversion/start-converter';
import { around } from './around';
import { holdSettling } from './hold-settling';
import { holdSteps } from './hold-steps';
import { stopsOfProcess } from './stops-of-process';
import { keyOf } from './who';

runProcess(() => {
  const config = loadConfig('converter', converterSettings, process.env);
  const stops = stopsOfProcess();
  return startConverter(
    config,
    ({ claims, publisher }) => {
      around(claims, 'commit', async (commit, { id }) => {
        await stops.at('MP3 stored, not committed', id);
        await commit();
      });
      around(claims, 'finish', async (finish, id) => {
        await stops.at('news published, job not finished', id);
        await finish();
      });
      around(claims, 'announced', async (announced, id) => {
        await stops.at('refusal announced, not marked', id);
        await announced();
      });
      return {
        claims,
        publisher: {
          async publish(message) {
            await stops.at('refused, not announced', keyOf(message));
            await publisher.publish(message);
          },
        },
        steps: (steps) => holdSteps(stops, steps),
      };
    },
    holdSettling(stops, config, ''),
  );
});
