import type { ActionEntry } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import type { ListPage } from '../page-cursor';
import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { auditPageSchema, type AuditLine } from '../views';
import { listAudit } from './list-audit';
import { outcomeEntry } from './outcome-entry';

let stores: TestStores;
let letters: DeadLetterRecord[];

beforeAll(async () => {
  stores = await openTestStores();
  letters = await seedLetters(stores, 4);
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

afterEach(async () => {
  await stores.audit.deleteMany({});
});

function entry(index: number, order: string, changes: Partial<ActionEntry> = {}): ActionEntry {
  const letter = letters[index]?._id ?? '';
  return {
    _id: `${order}.${letter}`,
    kind: 'action',
    at: new Date(1_700_000_000_000 + index),
    actor: 'op@example.com',
    action: 'replay',
    reason: 'the disk is larger now',
    order,
    letter,
    queue: 'video',
    messageId: letters[index]?.messageId ?? '',
    jobId: letters[index]?.jobId ?? null,
    difference: [],
    result: 'done',
    note: 'job queued again',
    ...changes,
  };
}

function outcomeOf(index: number, order: string, outcome: 'succeeded' | 'died-again') {
  const letter = letters[index];
  return letter === undefined ? [] : outcomeEntry({ ...letter, order }, outcome);
}

async function everything(limit: number): Promise<AuditLine[]> {
  const lines: AuditLine[] = [];
  let page: ListPage = { limit };
  for (;;) {
    const { entries, next } = await listAudit(stores, {}, page);
    lines.push(...entries);
    if (next === null) return lines;
    page = { limit, after: next };
  }
}

test('each replay has its outcome; without one it waits; nothing else has any', async () => {
  await stores.audit.insertMany([
    entry(0, 'o1'),
    ...outcomeOf(0, 'o1', 'died-again'),
    entry(1, 'o1', {
      difference: [{ path: ['options', 'quality', 0], before: '$x', after: { 'a.b': 1 } }],
    }),
    entry(2, 'o1', { result: 'refused', note: 'no message of its queue' }),
    entry(3, 'o1', { action: 'discard', note: 'job failed' }),
    // The same letter again, under another order.
    entry(0, 'o2', { at: new Date(1_700_000_000_010) }),
    ...outcomeOf(0, 'o2', 'succeeded'),
  ]);
  const page = await listAudit(stores, {}, { limit: 50 });
  expect(auditPageSchema.parse(page)).toEqual(page);
  expect(page.next).toBeNull();
  expect(
    page.entries.map(({ order, action, result, outcome }) => [order, action, result, outcome]),
  ).toEqual([
    ['o2', 'replay', 'done', 'succeeded'],
    ['o1', 'discard', 'done', null],
    ['o1', 'replay', 'refused', null],
    ['o1', 'replay', 'done', 'waiting'],
    ['o1', 'replay', 'done', 'died-again'],
  ]);
  expect(page.entries[0]?.outcome_at).not.toBeNull();
  expect(page.entries[3]).toEqual({
    id: `o1.${letters[1]?._id}`,
    at: '2023-11-14T22:13:20.001Z',
    actor: 'op@example.com',
    action: 'replay',
    reason: 'the disk is larger now',
    order: 'o1',
    letter: letters[1]?._id,
    queue: 'video',
    message_id: letters[1]?.messageId,
    job: letters[1]?.jobId,
    difference: [{ path: ['options', 'quality', 0], before: '$x', after: { 'a.b': 1 } }],
    result: 'done',
    note: 'job queued again',
    outcome: 'waiting',
    outcome_at: null,
  });
});

test('pages hold every entry once, also those of one millisecond', async () => {
  const at = new Date();
  const orders = Array.from({ length: 11 }, (_, index) => `order${index}`);
  await stores.audit.insertMany(orders.map((order, index) => entry(index % 4, order, { at })));
  const all = (await everything(100)).map(({ id }) => id);
  expect(new Set(all).size).toBe(11);
  expect((await everything(3)).map(({ id }) => id)).toEqual(all);
  expect((await everything(1)).map(({ id }) => id)).toEqual(all);
});

test('a letter, a job and an order narrow it', async () => {
  await stores.audit.insertMany([
    entry(0, 'o1'),
    ...outcomeOf(0, 'o1', 'succeeded'),
    entry(1, 'o1'),
    entry(1, 'o2'),
  ]);
  const count = async (filter: Parameters<typeof listAudit>[1]) =>
    (await listAudit(stores, filter, { limit: 10 })).entries.length;
  expect(await count({ letter: letters[0]?._id })).toBe(1);
  expect(await count({ job: letters[1]?.jobId ?? '' })).toBe(2);
  expect(await count({ order: 'o1' })).toBe(2);
  expect(await count({ order: 'o2', letter: letters[1]?._id })).toBe(1);
  expect(await count({ order: 'o3' })).toBe(0);
});

test('what is no "next" of a page is refused', async () => {
  await expect(listAudit(stores, {}, { limit: 1, after: 'x' })).rejects.toThrow(
    'expected in "after"',
  );
});

it('lists the newest of an order of twenty thousand letters, and its few refused ones', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    ...entry(0, 'large', { at: new Date(1_700_000_000_000 + index) }),
    _id: `large.${index}`,
    result: index % 5_000 === 0 ? ('refused' as const) : ('done' as const),
  }));
  await stores.audit.insertMany(many, { ordered: false });
  const all = await listAudit(stores, { order: 'large' }, { limit: 2 });
  expect(all.entries.map(({ id }) => id)).toEqual(['large.19999', 'large.19998']);
  const refused = await listAudit(stores, { order: 'large', result: 'refused' }, { limit: 20 });
  expect(refused.entries.map(({ id }) => id)).toEqual([
    'large.15000',
    'large.10000',
    'large.5000',
    'large.0',
  ]);
});
