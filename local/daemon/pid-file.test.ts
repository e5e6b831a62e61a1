import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLivingProcess, writePidFile, type ProcessRecord } from './pid-file';
import { identify, isAlive } from './process-identity';
import { stopProcess } from './stop';

let directory: string;
let child: ChildProcess;
let record: ProcessRecord;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pid-file-'));
  child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('sleep does not run');
  record = { ...identity, startedAtMs: 0, ports: [], logFile: '', fingerprint: '' };
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

test('a pid file names its process as long as that runs', async () => {
  const path = join(directory, 'x.json');
  writePidFile(path, record);
  expect(readLivingProcess(path)).toEqual(record);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  expect(await stopProcess(record, 5_000)).toBe('stopped');
  await ended;
  expect(readLivingProcess(path)).toBeUndefined();
});

test('a recycled pid is nobody: its process is neither found nor stopped', () => {
  const path = join(directory, 'x.json');
  writePidFile(path, { ...record, startTicks: String(Number(record.startTicks) - 1) });
  expect(readLivingProcess(path)).toBeUndefined();
  writePidFile(path, { ...record, bootId: 'another boot' });
  expect(readLivingProcess(path)).toBeUndefined();
  expect(isAlive(record)).toBe(true);
});

test.each(['', '{', '{"pid": 1}'])('a damaged pid file (%j) names nobody', (content) => {
  const path = join(directory, 'x.json');
  writeFileSync(path, content);
  expect(readLivingProcess(path)).toBeUndefined();
});

test('a process that ignores SIGTERM is killed after the deadline, with its group', async () => {
  const stubborn = spawn('sh', ['-c', "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const inner = await new Promise<number>((resolve) =>
    stubborn.stdout.once('data', (line: Buffer) => {
      resolve(Number(line));
    }),
  );
  const [outerIdentity, innerIdentity] = [identify(stubborn.pid ?? 0), identify(inner)];
  if (!outerIdentity || !innerIdentity) throw new Error('the processes do not run');
  expect(await stopProcess(outerIdentity, 100)).toBe('killed');
  expect([isAlive(outerIdentity), isAlive(innerIdentity)]).toEqual([false, false]);
});
