import { loadConfig } from '../observability/config';
import { runProcess } from '../observability/run-process';
import { relaySettings } from './config';
import { startRelay } from './relay/start-relay';

runProcess(() => startRelay(loadConfig('relay', relaySettings, process.env)));
