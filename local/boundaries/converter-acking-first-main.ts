import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { converterSettings } from '../../pipeline/config';
import { startConverter } from '../../pipeline/conversion/start-converter';
import { ackFirst } from './ack-first';

runProcess(() => {
  const config = loadConfig('converter', converterSettings, process.env);
  return startConverter(config, (parts) => parts, ackFirst(config));
});
