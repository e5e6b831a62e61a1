import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const compiled = join(__dirname, '..', 'dist', 'observability');
const running = new Set<ChildProcessWithoutNullStreams>();

beforeAll(() => {
  if (!existsSync(compiled)) throw new Error(`expected ${compiled}; compile first: npm run build`);
});

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

interface Child {
  /** Waits for a line on standard output. */
  says(line: string): Promise<void>;
  signal(signal: 'SIGTERM' | 'SIGINT'): void;
  /** Ends standard input, on which the scripts below wait. */
  goOn(): void;
  ended(): Promise<{ code: number | null; stdout: string[]; stderr: string }>;
}

/** Runs a script in a process of its own. It has `runProcess`, `ConfigError`, `say` and `goOn`. */
function run(script: string): Child {
  const prelude = `
    const { runProcess } = require(${JSON.stringify(join(compiled, 'run-process.js'))});
    const { ConfigError } = require(${JSON.stringify(join(compiled, 'config.js'))});
    const say = (line) => console.log(line);
    const goOn = new Promise((resolve) => process.stdin.on('end', resolve).resume());
  `;
  const child = spawn(process.execPath, ['-e', prelude + script]);
  running.add(child);
  const stdout: string[] = [];
  let stderr = '';
  const lines = new EventEmitter();
  createInterface(child.stdout).on('line', (line) => {
    stdout.push(line);
    lines.emit('line');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // A script may end without reading it.
  const closed = once(child, 'close');
  return {
    async says(line) {
      while (!stdout.includes(line)) {
        if (child.exitCode !== null) throw new Error(`ended without "${line}": ${stderr}`);
        await Promise.race([once(lines, 'line'), closed]);
      }
    },
    signal(signal) {
      child.kill(signal);
    },
    goOn() {
      child.stdin.end();
    },
    async ended() {
      await closed;
      running.delete(child);
      return { code: child.exitCode, stdout, stderr };
    },
  };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops the process once, however often it comes, and waits for the stop: exit code 0',
  async (signal) => {
    const child = run(`
      runProcess(async () => {
        setInterval(() => undefined, 1000);
        say('started');
        return {
          async stop() {
            say('stopping');
            process.on('SIGTERM', () => say('second signal'));
            await goOn;
            say('stopped');
          },
        };
      });
    `);
    await child.says('started');
    child.signal(signal);
    await child.says('stopping');
    child.signal('SIGTERM');
    await child.says('second signal');
    child.goOn();
    expect(await child.ended()).toEqual({
      code: 0,
      stdout: ['started', 'stopping', 'second signal', 'stopped'],
      stderr: '',
    });
  },
);

test('a signal during the start stops the process once it has started', async () => {
  const child = run(`
    runProcess(async () => {
      process.on('SIGTERM', () => say('signal'));
      say('starting');
      await goOn;
      say('started');
      return { stop: async () => say('stopped') };
    });
  `);
  await child.says('starting');
  child.signal('SIGTERM');
  await child.says('signal');
  child.goOn();
  const { code, stdout } = await child.ended();
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: ['starting', 'signal', 'started', 'stopped'],
  });
});

test('a signal during a start that does not end stops the process all the same', async () => {
  const child = run(`
    runProcess(async () => {
      say('starting');
      await new Promise((resolve) => setInterval(resolve, 1e9));
    });
  `);
  await child.says('starting');
  child.signal('SIGTERM');
  expect(await child.ended()).toMatchObject({ code: 0, stderr: '' });
});

test('a configuration that cannot work: its text alone, and exit code 78', async () => {
  const child = run(`
    runProcess(async () => {
      throw new ConfigError('tester', ['PORT: expected a number', 'KEY: expected text']);
    });
  `);
  expect(await child.ended()).toEqual({
    code: 78,
    stdout: [],
    stderr:
      'tester cannot start, 2 setting(s) need attention:\n  PORT: expected a number\n  KEY: expected text\n',
  });
});

test.each([
  ['a start that fails', `runProcess(async () => { throw new TypeError('the reason'); });`],
  ['a start that throws at once', `runProcess(() => { throw new TypeError('the reason'); });`],
  [
    'a rejection nobody handles',
    `runProcess(async () => {
      setTimeout(() => Promise.reject(new TypeError('the reason')), 1);
      return { stop: async () => undefined };
    });`,
  ],
  [
    'an exception nobody catches',
    `runProcess(async () => {
      setTimeout(() => { throw new TypeError('the reason'); }, 1);
      return { stop: async () => undefined };
    });`,
  ],
  [
    'a stop that fails',
    `runProcess(async () => {
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1);
      setInterval(() => undefined, 1000);
      return { stop: async () => { throw new TypeError('the reason'); } };
    });`,
  ],
])('%s: one line of JSON with the stack, and exit code 1', async (_, script) => {
  const { code, stdout, stderr } = await run(script).ended();
  expect({ code, stdout }).toEqual({ code: 1, stdout: [] });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  const line = JSON.parse(stderr) as Record<string, string>;
  expect(line['level']).toBe('fatal');
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(line['msg']).toMatch(/^TypeError: the reason\n +at /);
});

test('a text thrown is told as it is', async () => {
  const { code, stderr } = await run(`runProcess(async () => { throw 'no error'; });`).ended();
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', msg: 'no error' });
});
