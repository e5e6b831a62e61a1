import type { Disturbance } from './carry-out';
import type { ChaosEvent, Slot } from './events';
import { hindrances, returns, unheard } from './times';

const lasting = (event: ChaosEvent): Disturbance => ({ event, fromMs: 1_000, toMs: 2_000 });
const converter: Slot = { role: 'converter', number: 1 };
const other: Slot = { role: 'converter', number: 2 };

it('notes the returns of what jobs wait for', () => {
  const crashes = (['rabbitmq', 'mongodb', 'mysql'] as const).map((server) =>
    lasting({ kind: 'server', server, how: 'crash', forMs: 1 }),
  );
  expect(returns(crashes)).toEqual([
    { server: 'rabbitmq', atMs: 2_000 },
    { server: 'mongodb', atMs: 2_000 },
  ]);
});

it.each<[string, ChaosEvent, boolean, boolean]>([
  ['another server', { kind: 'server', server: 'mongodb', how: 'stop', forMs: 1 }, true, true],
  ['MySQL', { kind: 'server', server: 'mysql', how: 'stop', forMs: 1 }, false, false],
  ['a dead converter', { kind: 'kill', slot: converter, when: 'at once' }, true, false],
  [
    'a dead mail worker',
    { kind: 'kill', slot: { role: 'notification', number: 1 }, when: 'at once' },
    false,
    false,
  ],
  ['the mail server', { kind: 'mail', trouble: 'hang', forMs: 1 }, false, false],
  [
    'everybody’s network',
    { kind: 'network', dependency: 'rabbitmq', trouble: 'stall', slot: null, forMs: 1 },
    true,
    true,
  ],
  [
    'one converter’s network',
    { kind: 'network', dependency: 'mongodb', trouble: 'stall', slot: converter, forMs: 1 },
    true,
    false,
  ],
])('says whether %s keeps jobs from starting', (_name, event, alone, together) => {
  expect(hindrances([lasting(event)], [converter]).length).toBe(alone ? 1 : 0);
  expect(hindrances([lasting(event)], [converter, other]).length).toBe(together ? 1 : 0);
});

it('notes when an answer of the mail server may not have been heard', () => {
  const troubles = (['drop', 'keep-and-drop'] as const).map((trouble) =>
    lasting({ kind: 'mail', trouble, forMs: 1 }),
  );
  const heard = unheard(troubles, [{ fromMs: 5, toMs: 9 }]);
  expect(heard.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [1_000, 2_000],
    [5, 9],
  ]);
});
