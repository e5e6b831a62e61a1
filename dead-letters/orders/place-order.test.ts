import { fileMessages } from '../filing/file-messages';
import type { DeadLetterRecord } from '../dead-letter';
import type { OrderAction } from '../order';
import type { DeadLetterStores } from '../stores';
import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { previewOrder } from './preview-order';
import { showOrder } from './show-order';
import { carryOut, lettersOnFile, ordersOf, place, recordingPublisher } from './test-orders';
import { recordingReads } from './test-reads';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

afterEach(async () => {
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
});

const hourMs = 3_600_000;
const carryAllOut = () => carryOut(ordersOf(stores, recordingPublisher()));
const everything = { filter: {} };
const statesOf = async (letters: readonly DeadLetterRecord[]) =>
  (await lettersOnFile(stores, letters)).map(({ state }) => state);

describe.each<[OrderAction, DeadLetterRecord['state']]>([
  ['replay', 'replayed'],
  ['discard', 'discarded'],
])('letters that an order means, to %s them', (action, ended) => {
  it.each([
    ['past', -10 * hourMs],
    ['future', 10 * hourMs],
  ])(
    'are those it found, though the clock of who filed them is in the %s',
    async (_when, aheadMs) => {
      const filedAt = (ms: number) => new Date(Date.now() + aheadMs + ms);
      const letters = await seedLetters(stores, 3, (index) => ({
        workQueue: 'mp3',
        stateAt: filedAt(index * 60_000),
      }));
      const id = await place(stores, { action, select: everything });
      const later = await seedLetters(stores, 2, (index) => ({
        workQueue: 'mp3',
        stateAt: filedAt((index + 3) * 60_000),
      }));
      expect(await carryAllOut()).toBe(3);
      expect(await statesOf([...letters, ...later])).toEqual([ended, ended, ended, 'open', 'open']);
      expect(await showOrder(stores, id)).toMatchObject({ state: 'finished', total: 3, done: 3 });
    },
  );

  it('are not those filed between looking and placing', async () => {
    const found = await seedLetters(stores, 2, { workQueue: 'mp3' });
    let between: DeadLetterRecord[] = [];
    const busy = beforePlacing(stores, async () => {
      between = await seedLetters(stores, 1, { workQueue: 'mp3', stateAt: new Date() });
    });
    await place(busy, { action, select: everything });
    expect(await carryAllOut()).toBe(2);
    expect(await statesOf([...found, ...between])).toEqual([ended, ended, 'open']);
  });

  it('are no more than its limit, oldest death first', async () => {
    const letters = await seedLetters(stores, 4, (index) => ({
      workQueue: 'mp3',
      stateAt: new Date(Date.now() - index * hourMs),
    }));
    await place(stores, { action, select: everything, limit: 2 });
    expect(await carryAllOut()).toBe(2);
    expect(await statesOf(letters)).toEqual([ended, ended, 'open', 'open']);
  });
});

it('says when it was placed by the clock of whoever placed it', async () => {
  await seedLetters(stores, 1, { stateAt: new Date(Date.now() - 10 * hourMs) });
  const before = Date.now();
  const order = await showOrder(
    stores,
    await place(stores, { action: 'park', select: everything }),
  );
  // Of whole seconds.
  expect(Date.parse(order?.placed_at ?? '')).toBeGreaterThan(before - 1_000);
});

describe('large messages', () => {
  const large = 'x'.repeat(3 * 1024 * 1024);
  const file = (count: number) =>
    fileMessages(
      stores,
      Array.from({ length: count }, (_, index) => ({
        queue: 'mp3',
        workQueue: 'mp3',
        content: Buffer.from(
          JSON.stringify({
            mp3_fid: index.toString(16).padStart(24, '0'),
            username: 'a@example.com',
            job_id: `job-${index}`,
            large,
          }),
        ),
        messageId: `m-${index}`,
        contentType: undefined,
        headers: {},
      })),
    );

  it('are looked at a few at a time, and put back so', async () => {
    await file(5);
    const reads = recordingReads(stores);
    const request = { action: 'replay', select: everything } as const;
    expect(await previewOrder(reads, request)).toMatchObject({
      matched: 5,
      plans: { publish: 5, refused: 0 },
    });
    expect(reads.asked.map(({ length }) => length)).toEqual([2, 2, 1]);
    await place(stores, request);
    const publisher = recordingPublisher();
    const relay = recordingReads(stores);
    expect(await carryOut(ordersOf(relay, publisher))).toBe(5);
    expect(relay.asked.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(publisher.published.map(({ messageId }) => messageId).sort()).toEqual(
      Array.from({ length: 5 }, (_, index) => `m-${index}`),
    );
  });
});

/** Stores where something happens once an order is decided and not yet on file. */
function beforePlacing(given: DeadLetterStores, happen: () => Promise<void>): DeadLetterStores {
  const orders = new Proxy(given.orders, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, values);
        return name === 'insertOne' ? happen().then(call) : call();
      };
    },
  });
  return { ...given, orders };
}
