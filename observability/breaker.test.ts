import { Breaker, DependencyUnavailable, type BreakerOptions, type BreakerState } from './breaker';

class Outage extends Error {}
const isOutage = (error: unknown) => error instanceof Outage;
const outage = new Outage('no route to host');
const fails = () => Promise.reject(outage);
const works = () => Promise.resolve('done');

const throwing = (): never => {
  throw new Error('no socket');
};

const breakers: Breaker[] = [];
afterEach(() => {
  for (const breaker of breakers.splice(0)) breaker.stop();
});

function openBreaker(policy: BreakerOptions = {}) {
  const breaker = new Breaker('smtp', isOutage, {
    errorThresholdPercentage: 50,
    volumeThreshold: 4,
    resetTimeoutMs: 60_000,
    ...policy,
  });
  breakers.push(breaker);
  const states: BreakerState[] = [];
  const reached = (wanted: BreakerState) =>
    new Promise<void>((resolve) => {
      breaker.onStateChange((state) => {
        if (state === wanted) resolve();
      });
    });
  breaker.onStateChange((state) => states.push(state));
  return { breaker, states, reached };
}

/** What a call through the breaker came to. */
const outcomeOf = (breaker: Breaker, call: () => Promise<unknown>): Promise<unknown> =>
  breaker.run(call).catch((error: unknown) => error);

async function trip(breaker: Breaker): Promise<void> {
  while (breaker.state !== 'open') await outcomeOf(breaker, fails);
}

test('a closed breaker passes results through', async () => {
  const { breaker, states } = openBreaker();
  expect(await breaker.run(works)).toBe('done');
  expect(breaker.state).toBe('closed');
  expect(states).toEqual([]);
});

test('an outage is DependencyUnavailable with its cause, from the first call on', async () => {
  const { breaker } = openBreaker();
  const error = await outcomeOf(breaker, fails);
  expect(error).toBeInstanceOf(DependencyUnavailable);
  expect(error).toMatchObject({
    dependency: 'smtp',
    message: 'smtp is not available: no route to host',
    cause: outage,
  });
});

test.each([
  ['too few calls', [fails, fails, fails]],
  ['no more than the share of them failing', [works, works, fails, fails]],
])('stays closed with %s, and opens with the next that fails', async (_, calls) => {
  const { breaker, states } = openBreaker({ errorThresholdPercentage: 50, volumeThreshold: 4 });
  for (const call of calls) await outcomeOf(breaker, call);
  expect(breaker.state).toBe('closed');
  await outcomeOf(breaker, fails);
  expect(breaker.state).toBe('open');
  expect(states).toEqual(['open']);
});

test('an open breaker makes no call', async () => {
  const { breaker } = openBreaker();
  await trip(breaker);
  const call = jest.fn(works);
  const error = await outcomeOf(breaker, call);
  expect(error).toBeInstanceOf(DependencyUnavailable);
  expect(error).toMatchObject({ message: 'smtp is not available: Breaker is open' });
  expect(call).not.toHaveBeenCalled();
});

test('errors that are no outage pass through unchanged and never open it', async () => {
  const { breaker, states } = openBreaker();
  const permanent = new TypeError('550 no such mailbox');
  for (let call = 0; call < 20; call += 1) {
    expect(await outcomeOf(breaker, () => Promise.reject(permanent))).toBe(permanent);
  }
  expect(states).toEqual([]);
  const thrown = () => {
    throw permanent;
  };
  expect(await outcomeOf(breaker, thrown)).toBe(permanent);
});

test.each([undefined, null, 'a text', 0])('even %p thrown passes through', async (thrown) => {
  const { breaker } = openBreaker();
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- foreign code may.
  const run = breaker.run(() => Promise.reject(thrown));
  await expect(run).rejects.toBe(thrown);
});

test('after its time one probe is let through; its success closes it', async () => {
  const { breaker, states, reached } = openBreaker({ resetTimeoutMs: 10 });
  const halfOpen = reached('half-open');
  await trip(breaker);
  await halfOpen;
  expect(breaker.state).toBe('half-open');
  let finish: (() => void) | undefined;
  const probe = breaker.run(
    () =>
      new Promise((resolve) => {
        finish = () => {
          resolve('probed');
        };
      }),
  );
  const second = jest.fn(works);
  expect(await outcomeOf(breaker, second)).toBeInstanceOf(DependencyUnavailable);
  expect(second).not.toHaveBeenCalled();
  finish?.();
  expect(await probe).toBe('probed');
  expect(breaker.state).toBe('closed');
  expect(await breaker.run(works)).toBe('done');
  expect(states).toEqual(['open', 'half-open', 'closed']);
});

test('a probe that meets the outage opens it again', async () => {
  const { breaker, states, reached } = openBreaker({ resetTimeoutMs: 10 });
  const halfOpen = reached('half-open');
  await trip(breaker);
  await halfOpen;
  expect(await outcomeOf(breaker, fails)).toBeInstanceOf(DependencyUnavailable);
  expect(states.slice(0, 3)).toEqual(['open', 'half-open', 'open']);
});

test('a probe that the dependency answers with an error closes it: the dependency is there', async () => {
  const { breaker, reached } = openBreaker({ resetTimeoutMs: 10 });
  const halfOpen = reached('half-open');
  await trip(breaker);
  await halfOpen;
  await outcomeOf(breaker, () => Promise.reject(new TypeError('550')));
  expect(breaker.state).toBe('closed');
});

test('its own probe closes it while nobody calls, and takes the place of work', async () => {
  const work = jest.fn(works);
  let answer: (() => void) | undefined;
  let asked!: () => void;
  const probing = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { breaker, states, reached } = openBreaker({
    resetTimeoutMs: 10,
    probe: () =>
      new Promise<void>((resolve) => {
        answer = resolve;
        asked();
      }),
  });
  const closed = reached('closed');
  await trip(breaker);
  await probing;
  expect(await outcomeOf(breaker, work)).toBeInstanceOf(DependencyUnavailable);
  expect(work).not.toHaveBeenCalled();
  answer?.();
  await closed;
  expect(await breaker.run(work)).toBe('done');
  expect(states).toEqual(['open', 'half-open', 'closed']);
});

test.each([
  ['meets the outage', fails],
  ['fails in whatever way', () => Promise.reject(new TypeError('535 no login'))],
  ['throws', () => throwing()],
  ['hangs', () => new Promise<never>(() => undefined)],
])('an own probe that %s opens it again, and is made again', async (_, failing) => {
  let probes = 0;
  const { breaker, states, reached } = openBreaker({
    resetTimeoutMs: 10,
    probeTimeoutMs: 20,
    probe: () => (++probes <= 2 ? failing() : works()),
  });
  const closed = reached('closed');
  await trip(breaker);
  await closed;
  const again = ['half-open', 'open'] as const;
  expect(states).toEqual(['open', ...again, ...again, 'half-open', 'closed']);
});

test('a stopped breaker makes no call', async () => {
  const { breaker } = openBreaker();
  breaker.stop();
  const call = jest.fn(works);
  expect(await outcomeOf(breaker, call)).toBeInstanceOf(DependencyUnavailable);
  expect(call).not.toHaveBeenCalled();
});
