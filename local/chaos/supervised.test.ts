import { eventually } from '../test-broker';
import { Activity } from './activity';
import { Journal } from './journal';
import { Supervised } from './supervised';

let journal: Journal;
let supervised: Supervised;

beforeEach(() => {
  journal = new Journal(new Activity());
});

afterEach(async () => {
  await supervised.stop(1_000);
});

/** A process that says where it answers, and then waits until it is told to end. */
async function start(script: string): Promise<void> {
  supervised = new Supervised(
    'converter 1',
    () => ({
      file: process.execPath,
      // Last: by then it listens to signals.
      args: ['-e', `${script} console.log(JSON.stringify({ msg: 'up', adminPort: 1234 }));`],
      environment: {},
      directory: '/',
    }),
    journal,
  );
  await supervised.start();
  await up();
}

const up = () => eventually('its first line', () => supervised.adminPort ?? undefined);
const waits = 'setInterval(() => {}, 1000);';
const endsOnSigterm = `process.on('SIGTERM', () => process.exit(0)); ${waits}`;

async function restarted(pid: number): Promise<void> {
  await eventually('another process', () => supervised.pid !== pid || undefined);
  await up();
}

it('starts a killed process again, which is no crash of its own', async () => {
  await start(waits);
  const { pid } = supervised;
  supervised.signal('SIGKILL', 'SIGKILL');
  await restarted(pid);
  expect(supervised.crashes).toEqual([]);
  expect(journal.entries.map(({ text }) => text)).toContain(
    `converter 1 (pid ${pid}) ended: SIGKILL`,
  );
});

it('notes a process that ends by itself', async () => {
  await start(`setTimeout(() => process.exit(3), 50);`);
  await restarted(supervised.pid);
  expect(supervised.crashes[0]).toBe('converter 1 ended by itself: exit code 3');
});

it('terminates in order, and notes who does not end well or in time', async () => {
  await start(endsOnSigterm);
  let { pid } = supervised;
  expect(await supervised.terminate(5_000)).toBe('ended');
  await restarted(pid);
  expect(supervised.crashes).toEqual([]);
  await supervised.stop(1_000);

  await start(`process.on('SIGTERM', () => process.exit(1)); ${waits}`);
  ({ pid } = supervised);
  await supervised.terminate(5_000);
  await restarted(pid);
  expect(supervised.crashes).toEqual(['converter 1 ended after SIGTERM: exit code 1']);
  await supervised.stop(1_000);

  await start(`process.on('SIGTERM', () => {}); ${waits}`);
  expect(await supervised.terminate(50)).toBe('killed');
  expect(supervised.crashes).toEqual(['converter 1 did not end within 50 ms of SIGTERM']);
});

it('stops for good, a paused process as well', async () => {
  await start(endsOnSigterm);
  const { pid } = supervised;
  supervised.signal('SIGSTOP');
  await supervised.stop(5_000);
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  expect(supervised.crashes).toEqual([]);
});
