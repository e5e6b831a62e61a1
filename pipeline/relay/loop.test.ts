import { createLogger } from '../../observability/logger';
import { eventually } from '../../local/test-broker';
import { LeaseLost } from './lease';
import { Loop } from './loop';
import { BrokerAway } from '../../observability/broker-connection';

interface Line {
  readonly level: string;
  readonly msg: string;
}

/** Runs ticks that end as the list says, then good ones; resolves after two more of these. */
async function run(errors: readonly Error[]): Promise<Line[]> {
  const lines: Line[] = [];
  const log = createLogger('test', 'info', {
    write: (line) => lines.push(JSON.parse(line) as Line),
  });
  const left = [...errors];
  let good = 0;
  const tick = () => {
    const error = left.shift();
    if (error !== undefined) return Promise.reject(error);
    good += 1;
    return Promise.resolve();
  };
  const loop = new Loop('test', 1, tick, log);
  await eventually('good ticks', () => good > 2 || undefined);
  await loop.stop();
  return lines.map(({ level, msg }) => ({ level, msg }));
}

it('waits for a server and says so once, and that it is back', async () => {
  const outage = [new BrokerAway('no answer'), new BrokerAway('not connected')];
  expect(await run([...outage, ...outage])).toEqual([
    { level: 'warn', msg: 'test: waits for a server' },
    { level: 'info', msg: 'test: works again' },
  ]);
});

it('goes on after an error that nobody foresaw, and says each once', async () => {
  expect(await run([new TypeError('a'), new TypeError('a'), new TypeError('b')])).toEqual([
    { level: 'error', msg: 'test: failed; it is tried again' },
    { level: 'error', msg: 'test: failed; it is tried again' },
    { level: 'info', msg: 'test: works again' },
  ]);
});

it('has nothing to say when the lease is lost', async () => {
  expect(await run([new LeaseLost('lease lost')])).toEqual([]);
});

it('begins nothing before the last tick has ended, and stops after it', async () => {
  let running = 0;
  let most = 0;
  let ticks = 0;
  const tick = async () => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    running -= 1;
    ticks += 1;
  };
  const loop = new Loop('test', 0, tick, createLogger('test', 'silent'));
  await eventually('ticks', () => ticks > 5 || undefined);
  await eventually('a running tick', () => running === 1 || undefined);
  await loop.stop();
  expect([most, running]).toEqual([1, 0]);
});
