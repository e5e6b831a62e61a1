import { clearLeases, releaseLease } from './leases';
import { serverNames, stopServers } from './servers/servers';
import { withStateLock } from './state-lock';
import { testStackConfig } from './test-stack';

/** Ends this run's use of the test servers; the last run to end stops them. */
async function teardown(): Promise<void> {
  const config = testStackConfig();
  await withStateLock(config.stateDirectory, async () => {
    if (releaseLease(config.stateDirectory, process.pid)) return;
    // The suites have dropped what was theirs, and RabbitMQ idles for six seconds before it ends.
    await stopServers(config, serverNames, { deadlineMs: 1_000 });
    clearLeases(config.stateDirectory);
  });
}

// Jest calls a module's default export; this is its rule, not ours.
export = teardown;
