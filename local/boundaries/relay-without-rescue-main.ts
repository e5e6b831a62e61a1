import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { relaySettings } from '../../pipeline/config';
import { startRelay } from '../../pipeline/relay/start-relay';

const neverMs = 86_400_000;

/** A relay that publishes what is held, and does not look for messages that were lost. */
runProcess(() =>
  startRelay({ ...loadConfig('relay', relaySettings, process.env), lostAfterMs: neverMs }),
);
