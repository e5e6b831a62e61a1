import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { loadConfig } from '../observability/config';
import { runProcess } from '../observability/run-process';
import { bucketRelations } from '../observability/shared-settings';
import { converterSettings } from './config';
import { startConverter } from './conversion/start-converter';

runProcess(async () => {
  const config = loadConfig('converter', converterSettings, process.env, bucketRelations);
  await mkdir(config.workDirectory, { recursive: true });
  return startConverter(config);
});
