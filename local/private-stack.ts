import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './daemon/process-identity';
import { crashDaemon, findDaemon } from './daemon/supervisor';
import { rabbitmqctl } from './servers/rabbitmqctl';
import { serverDaemons, startServers, stopServers, type ServerName } from './servers/servers';
import { takeDown } from './stack';
import { createStackConfig, type StackConfig } from './stack-config';
import { reservePorts } from './reserve-ports';

export interface PrivateStack {
  /** For `amqpUrl`, `mysqlAccess`, `mongoUrl`, `smtpUrl`, `createTestInbox`, `managementApi`. */
  readonly config: StackConfig;
  /** Resolves when the server answers; it finds the data it had before. */
  start(name: ServerName): Promise<void>;
  /** Ends a server in an orderly way. */
  stop(name: ServerName): Promise<void>;
  /**
   * Ends a server as a crash does (SIGKILL). RabbitMQ writes the names of its quorum queues to disk
   * only every now and then: 3.10 never serves a queue again that was made moments before a crash.
   * That is not what our tests are about, so this makes it write them first.
   */
  crash(name: ServerName): Promise<void>;
  /** Stops everything, the product's processes as well, and removes its data. */
  close(): Promise<void>;
}

/** With a space, so that the servers' own scripts meet one: a checkout may lie anywhere. */
const directoryPrefix = 'video-to-mp3 stack-';
const ownerFile = 'owner.json';

/**
 * Servers for one suite alone, which may stop and crash them. Slower to have than the shared ones:
 * use it only where that is the point.
 */
export async function startPrivateStack(...names: ServerName[]): Promise<PrivateStack> {
  await stopAbandonedStacks();
  const { base, reservation } = await reservePorts();
  const directory = mkdtempSync(join(tmpdir(), directoryPrefix));
  writeFileSync(join(directory, ownerFile), JSON.stringify(identify(process.pid)));
  const config = createStackConfig({
    stateDirectory: directory,
    portBase: base,
    executablePath: process.env['PATH'] ?? '/usr/bin',
  });
  const stack: PrivateStack = {
    config,
    start: (name) => startServers(config, [name]),
    stop: (name) => stopServers(config, [name]),
    crash: async (name) => {
      if (name === 'rabbitmq' && findDaemon(config, name)) await writeQueueNames(config);
      // The port mapper last: RabbitMQ starts another one when it misses it.
      for (const daemon of serverDaemons(config, name).toReversed()) {
        await crashDaemon(config, daemon.name);
      }
    },
    close: async () => {
      // Nothing of it is wanted afterwards: no reason to wait for RabbitMQ's last six seconds.
      await takeDown(config, { deadlineMs: 500 });
      rmSync(directory, { recursive: true, force: true });
      await new Promise((resolve) => reservation.close(resolve));
    },
  };
  try {
    await startServers(config, names);
  } catch (error) {
    await stack.close();
    throw error;
  }
  return stack;
}

/** Stacks whose test run was killed before it could close them. */
async function stopAbandonedStacks(): Promise<void> {
  for (const directory of globSync(join(tmpdir(), `${directoryPrefix}*`))) {
    const owner = readOwner(directory);
    if (owner === undefined || isAlive(owner)) continue;
    const config = createStackConfig({
      stateDirectory: directory,
      // Its pid files say what runs. Its ports are not known and may be another stack's by now, so
      // these are nobody's: stopping also ends a port mapper that answers where one should be.
      portBase: 1024,
      executablePath: '/usr/bin',
    });
    await takeDown(config, { deadlineMs: 500 });
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Undefined for a stack that another suite is just making or removing. */
function readOwner(directory: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, ownerFile), 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeQueueNames(config: StackConfig): Promise<void> {
  await rabbitmqctl(config, 'eval', '[dets:sync(T) || T <- dets:all()].');
}
