import { MongoClient } from 'mongodb';
import { startPrivateStack, type PrivateStack } from '../../private-stack';
import { mongoUrl } from '../mongodb';

let stack: PrivateStack;
let client: MongoClient;

beforeAll(async () => {
  stack = await startPrivateStack('mongodb');
  client = await MongoClient.connect(mongoUrl(stack.config));
}, 60_000);

afterAll(async () => {
  await client.close();
  await stack.close();
}, 30_000);

it('answers a query that several indexes fit and nothing matches', async () => {
  const letters = client.db('plans').collection('letters');
  await letters.createIndexes([
    { key: { state: 1, at: -1 } },
    { key: { state: 1, queue: 1, at: -1 } },
    { key: { at: -1 } },
  ]);
  await letters.insertMany(
    Array.from({ length: 12_000 }, (_, n) => ({
      state: 'open',
      queue: 'video',
      at: n,
      reason: 'a',
    })),
  );
  const nothing = { state: 'open', reason: 'b', at: { $gte: 0 } };
  expect(await letters.find(nothing).sort({ at: -1 }).limit(50).toArray()).toEqual([]);
  expect(await letters.countDocuments(nothing)).toBe(0);
}, 30_000);
