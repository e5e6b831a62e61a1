import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JobOwner } from '../../contracts/job';
import { eventually } from '../../local/test-broker';
import { nodeProgram } from '../../local/servers/node-program';
import { testStackConfig } from '../../local/test-stack';
import { RelaySystem, standing } from './test-relay';

interface RelayProcess {
  readonly child: ChildProcess;
  readonly adminPort: number;
}

let system: RelaySystem;
const children: ChildProcess[] = [];

beforeAll(async () => {
  system = await RelaySystem.open();
}, 60_000);

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await system.clear();
  await system.database.collection('leases').deleteMany({});
});

afterAll(() => system.close());

async function startProcess(settings: Record<string, string> = {}): Promise<RelayProcess> {
  const environment = await system.environment(settings);
  const config = testStackConfig();
  const entry = join(config.repositoryDirectory, 'dist/pipeline/relay-main.js');
  const child = spawn(nodeProgram(config), [entry], { env: environment, stdio: 'ignore' });
  children.push(child);
  return { child, adminPort: Number(environment['ADMIN_PORT']) };
}

const is = ({ adminPort }: RelayProcess, relay: 'active' | 'standby') =>
  eventually(`a ready relay that is ${relay}`, async () => {
    const now = await standing(adminPort).catch(() => undefined);
    return (now?.ready === true && now.relay === relay) || undefined;
  });

async function end({ child }: RelayProcess, signal: NodeJS.Signals): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return (await ended)[0];
}

/** Somebody publishes a held job. */
async function works(owner: JobOwner): Promise<void> {
  const { _id } = await system.accept(owner);
  expect((await system.broker.take('video')).properties.messageId).toBe(_id);
  await system.jobs.deleteOne({ _id });
}

const owner = (id: string): JobOwner => ({ id, address: `${id}@example.com` });

it('takes over from a relay that was killed, and that one comes back as the standby', async () => {
  const first = await startProcess();
  await is(first, 'active');
  const second = await startProcess();
  await is(second, 'standby');
  await works(owner('both'));
  await end(first, 'SIGKILL');
  await is(second, 'active');
  await works(owner('second'));
  const third = await startProcess();
  await is(third, 'standby');
}, 60_000);

it('steps back when it stood still and another took over', async () => {
  const first = await startProcess();
  await is(first, 'active');
  const second = await startProcess();
  await is(second, 'standby');
  first.child.kill('SIGSTOP');
  await is(second, 'active');
  first.child.kill('SIGCONT');
  await is(first, 'standby');
  await is(second, 'active');
}, 60_000);

it('gives the lease back on SIGTERM', async () => {
  // Nobody could take a lease of ten minutes that was not given back.
  const first = await startProcess({ RELAY_LEASE_MS: '600000' });
  await is(first, 'active');
  const second = await startProcess();
  await is(second, 'standby');
  expect(await end(first, 'SIGTERM')).toBe(0);
  await is(second, 'active');
  await works(owner('second'));
}, 60_000);

it('does not start to sweep one database as both', async () => {
  const { child } = await startProcess({ VIDEOS_DATABASE: 'both', MP3S_DATABASE: 'both' });
  expect((await once(child, 'exit'))[0]).toBe(78);
}, 60_000);
