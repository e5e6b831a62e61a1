import { serverNames } from './servers/servers';
import { leaseVariable, useServers } from './test-stack';

/**
 * Lets the suites of this run use the test servers. They start when a suite first asks for them;
 * with LOCAL_TEST_START=all (npm test) all at once, before the suites.
 */
async function setup(): Promise<void> {
  process.env[leaseVariable] = String(process.pid);
  if (process.env['LOCAL_TEST_START'] === 'all') await useServers(...serverNames);
}

// Jest calls a module's default export; this is its rule, not ours.
export = setup;
