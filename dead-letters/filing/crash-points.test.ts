import { ObjectId } from 'mongodb';
import { CrashingProcess, crashKinds, Crashed, type CrashKind } from '../orders/test-crash';
import { recordingPublisher } from '../orders/test-orders';
import { openTestStores, seedJobsOf, type TestStores } from '../test-letters';
import type { ArrivedMessage } from './arrived-message';
import { fileMessages } from './file-messages';
import { arrivedMessage, brokerDeath, ourDeath, ourLetter } from './test-messages';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

const [crashed, again, other, sibling] = Array.from({ length: 4 }, () =>
  new ObjectId().toHexString(),
) as [string, string, string, string];

const large = (byte: number): ArrivedMessage =>
  arrivedMessage({
    messageId: 'large',
    content: Buffer.alloc(600_000, byte),
    headers: { 'job-id': 'large', ...ourDeath(), replay: byte },
  });

/** Every way a message can be filed. */
const batch: readonly ArrivedMessage[] = [
  { ...ourLetter(crashed), headers: { 'job-id': crashed, ...brokerDeath('delivery_limit') } },
  ourLetter(again, { replay: 1 }),
  ourLetter(again),
  ourLetter(other),
  ourLetter(other),
  ourLetter(sibling, { replay: 1 }),
  large(1),
  arrivedMessage({ content: Buffer.from('hello') }),
];

/** What is there before: two letters that were put back, a large one, and an open job. */
async function seed(): Promise<void> {
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
  const broken = { ...ourLetter(sibling), messageId: 'broken', content: Buffer.from('broken') };
  await fileMessages(stores, [ourLetter(crashed), ourLetter(again), broken, large(0)]);
  const letters = await stores.letters.find({ jobId: crashed }).toArray();
  await seedJobsOf(stores, letters, { state: 'queued', finishedAt: null, failures: [] });
  await stores.letters.deleteMany({ jobId: crashed });
  const putBack = { state: 'replayed', outcome: 'waiting', order: 'order', replay: 1 } as const;
  await stores.letters.updateMany({ jobId: { $in: [again, sibling] } }, { $set: putBack });
}

/** All that filing writes, but for when. */
async function everything(): Promise<unknown> {
  const { database } = stores;
  const of = (name: string, without: Record<string, 0>) =>
    database.collection(name).find().sort({ _id: 1 }).project(without).toArray();
  const chunks = await database.collection('dead_letters.chunks').find().sort({ n: 1 }).toArray();
  return {
    letters: (await of('dead_letters', { stateAt: 0 })).map((letter) => {
      const { deaths } = letter as { deaths: { reason: string }[] };
      // One that says nothing died when it was filed.
      return deaths[0]?.reason === 'not-stated' ? { _id: letter['_id'] as string } : letter;
    }),
    audit: await of('dead_letter_audit', { at: 0 }),
    jobs: await of('jobs', { finishedAt: 0, createdAt: 0, publishedAt: 0, startedAt: 0 }),
    sizes: chunks.map(({ data }) => (data as { position: number }).position),
    bytes: chunks.map(({ data }) => (data as { buffer: Uint8Array }).buffer[0]),
  };
}

/** @returns whether it was killed. */
async function fileUntilKilled(at: number, kind: CrashKind): Promise<boolean> {
  const relay = new CrashingProcess(stores, recordingPublisher(), at, kind);
  try {
    await fileMessages(relay.stores, batch);
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
  }
  return relay.crashed;
}

it.each(crashKinds)('killed %s each write, filing again comes to the same', async (kind) => {
  await seed();
  await fileMessages(stores, batch);
  const expected = await everything();
  expect(expected).toMatchObject({
    letters: { length: 7 },
    audit: [{ outcome: 'died-again' }, { outcome: 'died-again' }],
    jobs: [{ state: 'dead', failures: [{ errorClass: 'WorkerCrashed' }] }],
    bytes: [1, 1, 1],
  });
  let at = 1;
  for (; at < 100; at += 1) {
    await seed();
    const killed = await fileUntilKilled(at, kind);
    await fileMessages(stores, batch);
    expect(await everything()).toEqual(expected);
    if (!killed) break;
  }
  expect(at).toBeGreaterThanOrEqual(4);
});
