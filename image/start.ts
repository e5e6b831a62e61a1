import { type EntryName, entryNames } from './entry-names';

/** Each one's `main` runs when its module is loaded, and finds its own arguments in `process.argv`. */
const modules: Record<EntryName, () => Promise<unknown>> = {
  gateway: () => import('../gateway/main.js'),
  auth: () => import('../auth/main.js'),
  converter: () => import('../pipeline/converter-main.js'),
  notification: () => import('../pipeline/notification-main.js'),
  relay: () => import('../pipeline/relay-main.js'),
  migrate: () => import('../auth/migrate-main.js'),
  queues: () => import('../pipeline/queues-main.js'),
  users: () => import('../auth/users-main.js'),
  'dead-letters': () => import('../dead-letters/main.js'),
  health: () => import('./health-main.js'),
};

function isEntryName(name: string | undefined): name is EntryName {
  return entryNames.some((known) => known === name);
}

async function start(): Promise<void> {
  const [name] = process.argv.splice(2, 1);
  if (!isEntryName(name)) {
    process.stderr.write(
      `expected one of ${entryNames.join(', ')}, got ${name === undefined ? 'nothing' : JSON.stringify(name)}\n`,
    );
    process.exitCode = 64; // EX_USAGE of sysexits(3).
    return;
  }
  await modules[name]();
}

void start();
