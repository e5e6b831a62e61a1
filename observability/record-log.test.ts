import { createLogger, type Logger, type LogLevel } from './logger';
import { recordLog } from './record-log';

/** A logger whose lines are kept. */
function openLog(level: LogLevel = 'info'): { log: Logger; written: string[] } {
  const written: string[] = [];
  const log = createLogger('tester', level, { write: (line) => written.push(line.trimEnd()) });
  return { log, written };
}

const messages = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { msg: unknown }).msg);

it('records what it and its children write, and nothing of others; all of it is written', () => {
  const { log, written } = openLog();
  const { log: recorded, lines } = recordLog(log.child({ jobId: 'j' }), 50);
  log.info('of another');
  recorded.info('first');
  recorded.child({ step: 'transcode' }).warn({ n: 1 }, 'second');
  recorded.debug('below the level');
  expect(written).toHaveLength(3);
  expect(lines()).toEqual(written.slice(1));
  expect(JSON.parse(lines()[1] ?? '')).toMatchObject({
    process: 'tester',
    level: 'warn',
    jobId: 'j',
    step: 'transcode',
    n: 1,
    msg: 'second',
  });
});

it('two records of one logger do not mix', () => {
  const { log } = openLog();
  const [one, other] = [recordLog(log, 50), recordLog(log, 50)];
  one.log.info('one');
  other.log.info('other');
  expect([messages(one.lines()), messages(other.lines())]).toEqual([['one'], ['other']]);
});

it('records no secret', () => {
  const { log } = openLog();
  const { log: recorded, lines } = recordLog(log, 50);
  recorded.info({ password: 'hidden-value', request: { token: 'hidden-value' } }, 'x');
  expect(lines()[0]).toContain('[redacted]');
  expect(lines()[0]).not.toContain('hidden-value');
});

it('keeps the last lines', () => {
  const { log } = openLog();
  const { log: recorded, lines } = recordLog(log, 3);
  for (let n = 1; n <= 5; n += 1) recorded.info(`${n}`);
  expect(messages(lines())).toEqual(['3', '4', '5']);
});

it('keeps no more than 16 kB, and of a long line what it is about', () => {
  const { log } = openLog();
  const { log: recorded, lines } = recordLog(log, 50);
  for (let n = 0; n < 20; n += 1) recorded.info({ text: 'é'.repeat(900) }, `${n}`);
  const bytes = Buffer.byteLength(lines().join(''));
  expect(bytes).toBeLessThanOrEqual(16 * 1024);
  expect(bytes).toBeGreaterThan(14 * 1024);
  expect(messages(lines()).at(-1)).toBe('19');

  recorded.error({ err: new Error('x'.repeat(9_000)) }, 'long');
  const long = JSON.parse(lines().at(-1) ?? '') as { msg: string; err: { message: string } };
  expect(long).toMatchObject({ level: 'error', msg: 'long', err: { type: 'Error' } });
  expect(long.err.message).toHaveLength(501);

  recorded.error({ many: Array.from({ length: 9_000 }, (_, n) => n) }, 'wide');
  expect(JSON.parse(lines().at(-1) ?? '')).toMatchObject({ msg: 'wide', cut: true });
});
