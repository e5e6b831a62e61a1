import { Writable } from 'node:stream';
import { createLogger } from './logger';
import { within } from './within';

const lines: string[] = [];
const log = createLogger(
  'test',
  'info',
  new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  }),
);

beforeEach(() => {
  lines.length = 0;
});

it('waits for what stops in time, and says nothing', async () => {
  await within(60_000, 'closing', log, Promise.resolve());
  expect(lines).toEqual([]);
});

it('does not wait for what never ends, and says so', async () => {
  await within(1, 'closing', log, new Promise(() => undefined));
  expect(lines.join('')).toContain('closing took longer than 1 ms; not waited for');
});

it('hands on a failure in time, and outlives one that comes late', async () => {
  await expect(within(60_000, 'closing', log, Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  let fail!: (error: Error) => void;
  await within(1, 'closing', log, new Promise((_, reject) => (fail = reject)));
  fail(new Error('late'));
  await new Promise(setImmediate);
});
