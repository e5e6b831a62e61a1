import { readDeath } from './read-death';
import { arrivedMessage, brokerDeath, diedAt, ourDeath } from './test-messages';

const now = new Date('2026-03-05T00:00:00.000Z');
const deathOf = (headers: Readonly<Record<string, unknown>>) =>
  readDeath(arrivedMessage({ headers }), now);

test('a letter of ours says why it died', () => {
  expect(deathOf({ ...ourDeath(), replay: 2 })).toEqual({
    replay: 2,
    at: diedAt,
    reason: 'attempts-exhausted',
    step: 'transcode',
    errorClass: 'StepTimeout',
    error: 'no end after 3600 s',
    attempts: 4,
  });
  expect(deathOf({ ...ourDeath(), 'dead-step': 'send-mail' }).step).toBe('send-mail');
});

test('our word counts more than the broker’s of an earlier delay', () => {
  const death = deathOf({ ...brokerDeath('expired', new Date(0)), ...ourDeath() });
  expect(death).toMatchObject({ reason: 'attempts-exhausted', at: diedAt });
});

test.each([
  ['delivery_limit', 'delivery-limit', 'WorkerCrashed'],
  ['rejected', 'rejected', 'Rejected'],
  ['expired', 'expired', 'Expired'],
  ['maxlen', 'overflow', 'Overflow'],
  ['something new', 'not-stated', 'ForeignMessage'],
])('the broker’s "%s" is read as %s', (said, reason, errorClass) => {
  const death = deathOf({ ...brokerDeath(said), attempt: 2, replay: 1, 'x-delivery-count': 3 });
  expect(death).toMatchObject({ reason, errorClass, at: diedAt, step: null });
  expect(death).toMatchObject({ attempts: 2, replay: 1 });
});

test('the newest of the broker’s deaths counts, which comes first', () => {
  const [older] = brokerDeath('expired')['x-death'] as unknown[];
  const [newer] = brokerDeath('delivery_limit')['x-death'] as unknown[];
  expect(deathOf({ 'x-death': [newer, older] }).reason).toBe('delivery-limit');
});

test('a crashed worker is said in words, with the number of deliveries where the broker has it', () => {
  const counted = deathOf({ ...brokerDeath('delivery_limit'), 'x-delivery-count': 51 });
  expect(counted.error).toMatch(/^worker crashed: .* over 51 times/);
  expect(deathOf(brokerDeath('delivery_limit')).error).toMatch(/ over too many times/);
});

test('a message without a word died now', () => {
  expect(deathOf({})).toEqual({
    replay: 0,
    at: now,
    reason: 'not-stated',
    step: null,
    errorClass: 'ForeignMessage',
    error: 'somebody else sent the message to video.dead, without saying why',
    attempts: 0,
  });
});

test.each<[string, unknown]>([
  ['no list', 'delivery_limit'],
  ['an empty list', []],
  ['a list of texts', ['delivery_limit']],
  ['a list of nothing', [null]],
  ['a table', { 0: { reason: 'delivery_limit' } }],
  ['an entry without a reason', [{ time: { '!': 'timestamp', value: 1 } }]],
  ['a reason that is a table', [{ reason: { toString: 'rejected' } }]],
])('an x-death that is %s says nothing', (_what, deaths) => {
  expect(deathOf({ 'x-death': deaths })).toMatchObject({ reason: 'not-stated', at: now });
});

test.each<[string, unknown]>([
  ['no time', undefined],
  ['a text', '2026-03-04T05:06:07Z'],
  ['a timestamp in milliseconds', { '!': 'timestamp', value: diedAt.getTime() }],
  ['before there was a broker', { '!': 'timestamp', value: 1 }],
  ['no number', { '!': 'timestamp', value: 'x' }],
])('a broker’s death whose time is %s is of now', (_what, time) => {
  expect(deathOf({ 'x-death': [{ reason: 'rejected', time }] })).toMatchObject({
    reason: 'rejected',
    at: now,
  });
});

test('nonsense in our headers is nonsense that a person can read', () => {
  const death = deathOf({
    'dead-reason': 'unknown-error',
    'dead-step': 'dance',
    'dead-error-class': 'a/b',
    'dead-error': 'x'.repeat(10_000),
    'dead-at': '9999-01-01T00:00:00Z',
    attempt: -1,
    replay: Number.MAX_SAFE_INTEGER,
  });
  expect(death).toMatchObject({ step: null, errorClass: 'Unknown', at: now, attempts: 0 });
  expect(death.error).toHaveLength(4_000);
  // The next number must still be one that a header can hold.
  expect(death.replay).toBe(0);
  const others = { 'dead-reason': 'unknown-error', 'dead-error': 7, attempt: '4', replay: 1.5 };
  expect(deathOf(others)).toMatchObject({ error: '', attempts: 0, replay: 0 });
  expect(deathOf({ 'dead-reason': 'bored' }).reason).toBe('not-stated');
});
