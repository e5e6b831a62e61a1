import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { converterSettings } from '../../pipeline/config';
import { startConverter } from '../../pipeline/conversion/start-converter';
import { TransientError } from '../../pipeline/deliveries/failure';
import { around } from './around';
import type { Poison } from './poison';

/** A converter to which some jobs are poison: each time, whatever it does. */
runProcess(() => {
  const config = loadConfig('converter', converterSettings, process.env);
  const { kills, throws } = JSON.parse(process.argv[2] ?? '') as Poison;
  return startConverter(config, (parts) => ({
    ...parts,
    steps: (steps) => {
      around(steps.transcode, 'run', (run, { job }) => {
        if (kills.includes(job.id)) process.kill(process.pid, 'SIGKILL');
        if (throws.includes(job.id)) throw new TransientError('thrown by the test: poison');
        return run();
      });
      return steps;
    },
  }));
});
