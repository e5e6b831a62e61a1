import { MongoClient, type Collection } from 'mongodb';
import { hostname } from 'node:os';
import { testMongoUrl, uniqueName } from '../test-stack';
import { MailGaps, type LedgerEntry } from './mail-gaps';

const database = uniqueName('gaps');
let client: MongoClient;
let ledger: Collection<LedgerEntry>;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  ledger = client.db(database).collection<LedgerEntry>('mails');
}, 60_000);

afterAll(async () => {
  await client.db(database).dropDatabase();
  await client.close();
});

const entry = (id: string, pid: number, state: string): LedgerEntry => ({
  _id: id,
  to: 'ann@example.com',
  state,
  attempts: 1,
  sentAt: null,
  claim: { worker: `${hostname()}:${pid}` },
});

it('notes what the worker had in hand, and nothing else', async () => {
  await ledger.insertMany([
    entry('in hand', 11, 'pending'),
    entry('sent', 11, 'sent'),
    entry('of another', 111, 'pending'),
    { ...entry('of nobody', 11, 'pending'), claim: null },
  ]);
  const gaps = new MailGaps(ledger);
  gaps.look('notification 1', 11, 'kill');
  await gaps.settled();
  expect(gaps.gaps).toEqual([
    {
      atMs: expect.any(Number) as number,
      process: 'notification 1',
      how: 'kill',
      messageIds: ['in hand'],
    },
  ]);
});
