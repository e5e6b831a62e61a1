import { createLogger, logLevels, type Logger, type LogLevel } from './logger';

/** A logger whose lines are kept. */
function openLog(level: LogLevel = 'trace'): {
  log: Logger;
  lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const log = createLogger('tester', level, { write: (line) => written.push(line) });
  return {
    log,
    lines: () =>
      written.map((line) => {
        expect(line).toMatch(/^\{[^\n]*\}\n$/);
        return JSON.parse(line) as Record<string, unknown>;
      }),
  };
}

test('a line is one JSON object with level, process, ISO 8601 time, message and fields', () => {
  const { log, lines } = openLog();
  log.info({ jobId: 'j', n: 1 }, 'line\nbreak');
  const { time, ...line } = lines()[0] ?? {};
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(line).toEqual({
    level: 'info',
    process: 'tester',
    msg: 'line\nbreak',
    jobId: 'j',
    n: 1,
  });
});

test('a child logger adds its fields to every line', () => {
  const { log, lines } = openLog();
  const child = log.child({ jobId: 'j' });
  child.warn('first');
  child.error({ step: 'transcode' }, 'second');
  expect(lines()).toMatchObject([
    { level: 'warn', jobId: 'j', msg: 'first' },
    { level: 'error', jobId: 'j', step: 'transcode', msg: 'second' },
  ]);
});

test('an error is logged with its type, message, stack and cause', () => {
  const { log, lines } = openLog();
  log.error({ err: new TypeError('outer', { cause: new Error('inner') }) }, 'failed');
  const { type, message, stack } = lines()[0]?.['err'] as Record<string, string>;
  expect(type).toBe('TypeError');
  expect(message).toContain('outer');
  expect(stack).toMatch(/TypeError: outer[^]*logger\.test[^]*inner/);
});

test.each(logLevels)('at level %s nothing less severe is written', (level) => {
  const { log, lines } = openLog(level);
  const severities = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
  for (const severity of severities) log[severity]('x');
  const count = severities.findIndex((severity) => severity === level) + 1;
  expect(lines().map((line) => line['level'])).toEqual(severities.slice(0, count));
});

const secrets = ['authorization', 'cookie', 'password', 'token', 'secret'];

test.each(secrets)('%s is never written, on any of three levels', (field) => {
  const { log, lines } = openLog();
  const hidden = { [field]: 'hidden-value' };
  log.info({ ...hidden, kept: 1, request: { ...hidden, headers: { ...hidden, host: 'h' } } }, 'x');
  log.child({ request: hidden }).info('y');
  log.error({ err: Object.assign(new Error('refused'), { options: hidden }) }, 'z');
  expect(JSON.stringify(lines())).not.toContain('hidden-value');
  const redacted = { [field]: '[redacted]' };
  expect(lines()[0]).toMatchObject({
    ...redacted,
    kept: 1,
    request: { ...redacted, headers: { ...redacted, host: 'h' } },
  });
});

test('redaction does not touch the object that is logged', () => {
  const { log } = openLog();
  const account = { user: { password: 'kept' } };
  log.info(account, 'x');
  expect(account).toEqual({ user: { password: 'kept' } });
});
