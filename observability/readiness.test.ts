import { EventEmitter, once } from 'node:events';
import { Readiness } from './readiness';

const well = { ok: true, detail: 'answers' };

test('without checks a process is ready', async () => {
  expect(await new Readiness().report()).toEqual({ ready: true, conditions: {} });
});

test('ready while every condition is well', async () => {
  const readiness = new Readiness();
  let ok = true;
  readiness.add('broker', () => ({ ok, detail: 'b' }));
  readiness.add('database', () => Promise.resolve(well));
  expect(await readiness.report()).toEqual({
    ready: true,
    conditions: { broker: { ok: true, detail: 'b' }, database: well },
  });
  ok = false;
  expect(await readiness.report()).toEqual({
    ready: false,
    conditions: { broker: { ok: false, detail: 'b' }, database: well },
  });
  ok = true;
  expect((await readiness.report()).ready).toBe(true);
});

test('a check for information shows and does not decide', async () => {
  const readiness = new Readiness();
  const away = { ok: false, detail: 'away' };
  readiness.addInformation('broker', () => away);
  expect(await readiness.report()).toEqual({ ready: true, conditions: { broker: away } });
  readiness.stopping();
  expect((await readiness.report()).ready).toBe(false);
});

test.each([
  [
    'throws an Error',
    () => {
      throw new Error('no route');
    },
    'no route',
  ],
  ['rejects with an Error', () => Promise.reject(new Error('no route')), 'no route'],
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- foreign code may.
  ['rejects with a text', () => Promise.reject('gone'), 'gone'],
])('a check that %s is not well, and the others are still asked', async (_, check, detail) => {
  const readiness = new Readiness();
  readiness.add('bad', check);
  readiness.add('good', () => well);
  expect(await readiness.report()).toEqual({
    ready: false,
    conditions: { bad: { ok: false, detail }, good: well },
  });
});

test('a process that is stopping is not ready, however well it is', async () => {
  const readiness = new Readiness();
  readiness.add('good', () => well);
  readiness.stopping();
  expect(await readiness.report()).toEqual({
    ready: false,
    conditions: { good: well, process: { ok: false, detail: 'shutting down' } },
  });
});

test('a check that hangs is not well, is not asked again meanwhile, and may come back', async () => {
  const readiness = new Readiness(20);
  const bell = new EventEmitter();
  const answer = once(bell, 'ring').then(() => well);
  const hanging = jest.fn(() => answer);
  readiness.add('hangs', hanging);
  readiness.add('good', () => well);
  const late = {
    ready: false,
    conditions: { hangs: { ok: false, detail: 'no answer within 20 ms' }, good: well },
  };
  expect(await readiness.report()).toEqual(late);
  expect(await readiness.report()).toEqual(late);
  expect(hanging).toHaveBeenCalledTimes(1);
  bell.emit('ring');
  expect((await readiness.report()).ready).toBe(true);
  expect((await readiness.report()).ready).toBe(true);
  expect(hanging).toHaveBeenCalledTimes(2);
});

test('checks are asked at once, not one after the other', async () => {
  const readiness = new Readiness();
  const bell = new EventEmitter();
  readiness.add('first', () => once(bell, 'ring').then(() => well));
  readiness.add('second', () => {
    bell.emit('ring');
    return well;
  });
  expect((await readiness.report()).ready).toBe(true);
});
