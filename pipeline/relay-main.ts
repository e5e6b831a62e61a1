import { loadConfig } from '../observability/config';
import { runProcess } from '../observability/run-process';
import { bucketRelations } from '../observability/shared-settings';
import { relaySettings } from './config';
import { startRelay } from './relay/start-relay';

runProcess(() => startRelay(loadConfig('relay', relaySettings, process.env, bucketRelations)));
