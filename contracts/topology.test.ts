import fc from 'fast-check';
import { buildTopology, deadQueue, defaultRetryDelaysMs, retryQueue } from './topology';

const topology = buildTopology({ video: 'video', mp3: 'mp3' }, defaultRetryDelaysMs);

test('the queues by name', () => {
  expect(topology.queues.map(({ name }) => name)).toEqual([
    ...['video', 'video.dead', 'video.retry.10s', 'video.retry.1m', 'video.retry.10m'],
    ...['mp3', 'mp3.dead', 'mp3.retry.10s', 'mp3.retry.1m', 'mp3.retry.10m'],
    ...['mp3.failed', 'mp3.failed.dead'],
    ...['mp3.failed.retry.10s', 'mp3.failed.retry.1m', 'mp3.failed.retry.10m'],
  ]);
  expect(topology.queueNames).toEqual({ video: 'video', mp3: 'mp3', failed: 'mp3.failed' });
});

test('work and dead-letter queues have their type as only argument, so that the rest can be tuned', () => {
  for (const queue of Object.values(topology.queueNames)) {
    for (const name of [queue, deadQueue(queue)]) {
      const found = topology.queues.find((declared) => declared.name === name);
      expect(found?.arguments).toEqual({ 'x-queue-type': 'quorum' });
    }
  }
});

test('a delay queue loses nothing and sends back to its work queue after its delay', () => {
  const found = topology.queues.find(({ name }) => name === 'mp3.failed.retry.1m');
  expect(found?.arguments).toEqual({
    'x-queue-type': 'quorum',
    'x-message-ttl': 60_000,
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': 'mp3.failed',
    // Without both, a quorum queue dead-letters at most once.
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  });
});

test('one policy for each work queue, and one for each dead-letter queue', () => {
  expect(topology.policies.map(({ name, pattern }) => ({ name, pattern }))).toEqual([
    { name: 'video-work', pattern: '^video$' },
    { name: 'video-dead', pattern: '^video\\.dead$' },
    { name: 'mp3-work', pattern: '^mp3$' },
    { name: 'mp3-dead', pattern: '^mp3\\.dead$' },
    { name: 'mp3.failed-work', pattern: '^mp3\\.failed$' },
    { name: 'mp3.failed-dead', pattern: '^mp3\\.failed\\.dead$' },
  ]);
  expect(topology.policies[0]?.definition).toEqual({
    'dead-letter-exchange': '',
    'dead-letter-routing-key': 'video.dead',
    'dead-letter-strategy': 'at-least-once',
    overflow: 'reject-publish',
    'delivery-limit': 50,
  });
  expect(topology.policies[1]?.definition).toEqual({ 'delivery-limit': 1_000_000 });
});

test.each([
  [200, 'q.retry.200ms'],
  [1_000, 'q.retry.1s'],
  [1_500, 'q.retry.1500ms'],
  [59_000, 'q.retry.59s'],
  [60_000, 'q.retry.1m'],
  [90_000, 'q.retry.90s'],
  [3_600_000, 'q.retry.60m'],
])('a delay of %i ms has the queue %s', (delayMs, name) => {
  expect(retryQueue('q', delayMs)).toBe(name);
});

test('a delay that comes twice is one queue', () => {
  const { queues, retryDelaysMs } = buildTopology({ video: 'v', mp3: 'm' }, [1_000, 1_000, 5_000]);
  const ofVideo = queues.map(({ name }) => name).filter((name) => name.startsWith('v.retry'));
  expect(ofVideo).toEqual(['v.retry.1s', 'v.retry.5s']);
  expect(retryDelaysMs).toEqual([1_000, 1_000, 5_000]);
});

test.each([
  ['mp3', 'mp3', 'mp3, '],
  ['mp3.failed', 'mp3', 'mp3.failed, '],
  ['video', 'video.dead', 'video.dead twice'],
  ['mp3.retry.10s', 'mp3', 'mp3.retry.10s twice'],
])('queues %s and %s would share a name', (video, mp3, shared) => {
  expect(() => buildTopology({ video, mp3 }, defaultRetryDelaysMs)).toThrow(`got ${shared}`);
});

test('for any names and delays: no dead-letter target dangles, a policy governs its queue alone', () => {
  // Ordinary characters and those that mean something in a regular expression.
  const queueName = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' });
  const delays = fc.uniqueArray(fc.integer({ min: 1, max: 86_400_000 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(queueName, queueName, delays, (name, other, delaysMs) => {
      const names = { video: `v${name}`, mp3: `m${other}` };
      const { queues, policies, queueNames } = buildTopology(names, delaysMs);
      const declared = queues.map((queue) => queue.name);
      const targets = [
        ...queues.flatMap((queue) => queue.arguments['x-dead-letter-routing-key'] ?? []),
        ...policies.flatMap(({ definition }) => definition['dead-letter-routing-key'] ?? []),
      ];
      expect(targets).toHaveLength(3 * delaysMs.length + 3);
      expect(declared).toEqual(expect.arrayContaining(targets));
      const governed = policies.map(({ pattern }) =>
        declared.filter((queue) => new RegExp(pattern).test(queue)),
      );
      expect(governed).toEqual(
        Object.values(queueNames).flatMap((queue) => [[queue], [deadQueue(queue)]]),
      );
    }),
  );
});
