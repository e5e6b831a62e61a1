import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../local/test-broker';
import { testMongoUrl } from '../local/test-stack';
import { RelaySystem } from '../pipeline/relay/test-relay';
import type { DeadLetterRecord } from './dead-letter';
import { ensureDeadLetterIndexes, openStores, type DeadLetterStores } from './stores';
import { seedJobsOf, seedLetters } from './test-letters';

let system: RelaySystem;
let stores: DeadLetterStores;
let directory: string;
let environment: Record<string, string>;

beforeAll(async () => {
  system = await RelaySystem.open();
  await ensureDeadLetterIndexes(system.database);
  stores = openStores(system.database);
  directory = await mkdtemp(join(tmpdir(), 'letters-'));
  environment = {
    PATH: process.env['PATH'] ?? '',
    MONGO_URL: await testMongoUrl(),
    JOBS_DATABASE: system.database.databaseName,
  };
}, 60_000);

afterAll(async () => {
  await system.close();
  await rm(directory, { recursive: true });
});

afterEach(async () => {
  await system.clear();
  for (const collection of [stores.letters, stores.orders, stores.audit]) {
    await collection.deleteMany({});
  }
});

const entryPoint = join(__dirname, '..', 'dist', 'dead-letters', 'main.js');

/** Compiled and in a process of its own, as `npm run` does it. */
function start(...words: string[]): ChildProcessWithoutNullStreams {
  if (!existsSync(entryPoint))
    throw new Error(`expected ${entryPoint}; compile first: npm run build`);
  return spawn(process.execPath, [entryPoint, ...words], { env: environment });
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...end) => {
      resolve(end);
    });
  });
  return { code, signal, stdout, stderr };
}

const run = (...words: string[]) => ended(start(...words));

async function seedVideos(count: number): Promise<DeadLetterRecord[]> {
  const letters = await seedLetters(stores, count, { workQueue: 'video' });
  await seedJobsOf(stores, letters);
  return letters;
}

it('does every verb', async () => {
  await system.start();
  const ids = (await seedVideos(4)).map(({ _id }) => _id);
  const [replayed = '', edited = '', discarded = '', parked = ''] = ids;
  const file = join(directory, 'letters.ndjson');
  const done = async (stdout: RegExp, ...words: string[]): Promise<string> => {
    const result = await run(...words);
    expect({ words, ...result }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(stdout) as string,
    });
    return result.stdout;
  };
  await done(/video\/store-mp3\/MongoServerError/, 'groups');
  await done(new RegExp(replayed), 'list');
  await done(/What to do next/, 'show', replayed);
  await done(/^$/, 'export', file);
  const placed = await done(
    /"state": "running"/,
    'replay',
    replayed,
    '--reason',
    'r',
    '--detach',
    '--json',
  );
  const { id } = JSON.parse(placed) as { id: string };
  const expression = '{"username": "new@example.com"}';
  await done(/put back/, 'edit', edited, '--set', expression, '--reason', 'r', '--yes');
  await done(/discarded/, 'discard', discarded, '--reason', 'r');
  await done(/parked/, 'park', parked, '--reason', 'r');
  await done(/opened again/, 'unpark', parked, '--reason', 'r');
  await done(/0 dead letters filed, 4 known/, 'import', file, '--reason', 'r');
  await done(new RegExp(`${id}.* replay`), 'orders');
  await done(/put back/, 'stop', id);
  await done(/new@example\.com/, 'audit');
  await done(/From a failure to its end/, '--help');
}, 60_000);

it('says what was wrong, and by its exit code what kind of wrong', async () => {
  expect(await run('show', 'ffff')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^dead-letters: no dead letter "ffff".*\n$/) as string,
  });
  expect(await run('replay')).toMatchObject({ code: 2, stdout: '' });
});

it('does not mind a reader that goes away', async () => {
  await seedVideos(2_000);
  for (const words of [
    ['list', '--limit', '2000'],
    ['export', '-'],
    ['list', '--csv', '--limit', '2000'],
  ]) {
    const child = start(...words);
    child.stdout.once('data', () => {
      child.stdout.destroy();
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.not.stringContaining('EPIPE') as string,
    });
  }
});

it('leaves the order to the relay on Ctrl-C', async () => {
  await seedVideos(2);
  const child = start('replay', '--all', '--reason', 'r', '--yes');
  child.stderr.on('data', (text: Buffer) => {
    if (text.includes('placed')) child.kill('SIGINT');
  });
  const { code, stderr } = await ended(child);
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: expect.stringContaining('The order goes on without this command.') as string,
  });
  await system.start();
  await eventually('both put back', async () =>
    (await stores.letters.countDocuments({ state: 'replayed' })) === 2 ? true : undefined,
  );
}, 60_000);

it('killed at any point of replaying 500 and run again, replays each once', async () => {
  await system.start({ MAX_QUEUED_REPLAYS: '1000', LOST_AFTER_MS: '600000' });
  const letters = await seedVideos(500);
  const words = ['replay', '--all', '--reason', 'r', '--yes'];
  for (const afterMs of [100, 200, 300, 400, 600]) {
    const child = start(...words);
    const end = ended(child);
    await Promise.race([delay(afterMs), end]);
    child.kill('SIGKILL');
    await end;
  }
  expect(await run(...words)).toMatchObject({ code: 0 });
  await eventually('all orders finished', async () =>
    (await stores.orders.countDocuments({ state: 'running' })) === 0 ? true : undefined,
  );
  expect(await stores.letters.distinct('state')).toEqual(['replayed']);
  expect(await stores.jobs.countDocuments({ replays: 1, state: 'queued' })).toBe(500);
  expect(await stores.audit.countDocuments({ kind: 'action', result: 'done' })).toBe(500);
  const published = (
    await eventually('500 messages', async () => {
      const ready = await system.broker.counts(system.topology);
      return ready['video'] === 500 ? system.takeIds() : undefined;
    })
  )['video'];
  expect(published?.toSorted()).toEqual(letters.map(({ messageId }) => messageId).toSorted());
}, 120_000);
