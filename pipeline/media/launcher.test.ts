import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { launcherArguments, launcherPath } from './launcher';
import { processesNaming, TestMedia, until } from './test-media';

const run = promisify(execFile);
const media = new TestMedia();
afterAll(() => media.remove());

const limits = { addressSpaceBytes: 1_000_000_000, cpuSeconds: 7, fileSizeBytes: 123_456 };

test('the program runs with exactly these limits', async () => {
  const [, ...own] = launcherArguments('ffmpeg', limits);
  const { stdout } = await run(launcherPath(), [
    ...['--program=prlimit', ...own],
    ...['--raw', '--noheadings', '--output', 'RESOURCE,SOFT,HARD'],
  ]);
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'AS 1000000000 1000000000',
      'CPU 7 12',
      'FSIZE 123456 123456',
      'CORE 0 0',
      'NOFILE 64 64',
    ]),
  );
});

test('without options there are limits too', async () => {
  const options = ['--raw', '--noheadings', '--output', 'SOFT', '--as', '--cpu', '--fsize'];
  const { stdout } = await run(launcherPath(), ['--program=prlimit', ...options]);
  expect(stdout).toBe('1610612736\n60\n16777216\n');
});

test('nothing of our environment reaches it', async () => {
  const { stdout } = await run(launcherPath(), ['--program=env'], {
    env: { ...process.env, JWT_SECRET: 'secret', LD_PRELOAD: '' },
  });
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.sort()).toEqual(['LC_ALL', 'PATH']);
});

test('its arguments arrive as they are', async () => {
  const strange = ['-i', "a 'b' $c `d`", '', '--program=later', 'line\nbreak', '*'];
  const { stdout } = await run(launcherPath(), ['--program=printf', '<%s>', ...strange]);
  expect(stdout).toBe(strange.map((text) => `<${text}>`).join(''));
});

test('what was started is the program itself, and leads its group', async () => {
  const child = spawn(launcherPath(), ['--program=sleep', '1000'], { stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('no process');
  const ended = new Promise((resolve) =>
    child.once('exit', (_code, signal) => {
      resolve(signal);
    }),
  );
  await until(async () => (await groupOf(pid)) === pid);
  process.kill(-pid, 'SIGKILL');
  await expect(ended).resolves.toBe('SIGKILL');
});

async function groupOf(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'pgid=', '-p', String(pid)]);
  return Number(stdout);
}

test('memory beyond the limit is refused by the system', async () => {
  const half = ['--program=dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'];
  await run(launcherPath(), ['--address-space=400000000', ...half]);
  await expect(run(launcherPath(), ['--address-space=100000000', ...half])).rejects.toMatchObject({
    stderr: expect.stringContaining('memory exhausted') as unknown,
  });
});

test('a program that is missing is named, with the exit code of a shell', async () => {
  await expect(run(launcherPath(), ['--program=no-such-program'])).rejects.toMatchObject({
    code: 127,
    stderr: expect.stringContaining('no-such-program') as unknown,
  });
});

test('a worker that is killed leaves no ffmpeg behind', async () => {
  const output = media.path('endless.wav');
  const args = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'anullsrc', '-y', output];
  const script = `require('node:child_process').spawn(${JSON.stringify(launcherPath())},
    ${JSON.stringify(['--file-size=100000000000', '--cpu=600', '-re', ...args])}, { stdio: 'ignore' });
    setInterval(() => {}, 1000);`;
  const worker = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  await until(async () => (await namesOf(output)).includes('ffmpeg'));
  worker.kill('SIGKILL');
  await until(async () => (await processesNaming(output)).length === 0);
});

async function namesOf(text: string): Promise<string[]> {
  const pids = await processesNaming(text);
  const names = pids.map(async (pid) => {
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return stdout.trim();
  });
  return Promise.all(names);
}
